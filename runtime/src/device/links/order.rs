//! The two order lists and the circles that would break them.
//!
//! Every move goes to the tail and takes the device's dependents along, so a number drawn at each move tells the order
//! of any two devices. That makes the usual circle check one comparison: a supplier before its consumer cannot depend
//! on it.

use crate::device::handle::DeviceHandle;
use crate::device::list::NIL;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::PmList;
use crate::device::system::System;

/// An edge of a dependency path: the second device needs the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathEdge {
    /// Is needed.
    pub supplier: DeviceHandle,
    /// Needs it.
    pub consumer: DeviceHandle,
    /// By this link; `None`: it is its child.
    pub link: Option<crate::device::handle::LinkHandle>,
}

impl<P: Platform> System<'_, P> {
    /// Why `supplier` depends on `consumer`: the edges from `consumer` to `supplier`, a shortest chain, into `path`.
    /// Answers how many there are, which may be more than fit; `None` if it does not. Any context.
    pub fn cycle_path(&self, consumer: DeviceHandle, supplier: DeviceHandle, path: &mut [PathEdge]) -> Option<usize> {
        self.with(|s| {
            let (c, t) = (s.find(consumer)?, s.find(supplier)?);
            let length = s.path_length(c, t)? as usize;
            let mut at = s.path_end(t)?;
            for i in (0..length).rev() {
                let edge = s.path_edge(at)?;
                if let Some(place) = path.get_mut(i) {
                    *place = edge;
                }
                at = s.dev(at).walk.trail;
            }
            Some(length)
        })
    }

    /// The registered devices in order (suppliers and parents first), one after the other from `after`. Any context.
    pub fn next_in_order(&self, list: Order, after: Option<DeviceHandle>) -> Option<DeviceHandle> {
        self.with(|s| {
            let after = match after {
                None => None,
                Some(handle) => Some(s.find(handle)?),
            };
            let next = match (list, after) {
                (Order::Shutdown, None) => s.shutdown.first(),
                (Order::Shutdown, Some(d)) => s.shutdown.next(s.devices, d),
                (Order::Sleep, None) => s.all.first(),
                (Order::Sleep, Some(d)) => s.all.next(s.devices, d),
            };
            next.map(|d| s.device_handle(d))
        })
    }
}

/// The two order lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// For system sleep; while a transition runs, only the devices that take no part in it yet.
    Sleep,
    /// For shutdown.
    Shutdown,
}

impl<P: Platform> State<'_, P> {
    /// Number of edges of the shortest way from `from` to `to` over children and consumers; afterwards `trail` and
    /// `edge` of the devices on the way tell it.
    pub(crate) fn path_length(&mut self, from: u32, to: u32) -> Option<u32> {
        // A device that is not registered yet has no dependents; one later in the order cannot be needed.
        if self.dev(from).walk.order > self.dev(to).walk.order {
            return None;
        }
        let mark = self.next_mark();
        let limit = self.dev(to).walk.order;
        self.dev(from).walk.mark = mark;
        self.dev(from).walk.trail = NIL;
        self.dev(from).walk.edge = NIL;
        self.dev(from).walk.depth = 0;
        let (mut head, mut tail) = (from, from);
        self.dev(from).walk.queue = NIL;
        loop {
            if head == to {
                return Some(self.dev(to).walk.depth);
            }
            let depth = self.dev(head).walk.depth + 1;
            let mut visit = |s: &mut Self, d: u32, edge: u32| {
                s.steps += 1;
                let slot = s.dev(d);
                // Whatever comes after the goal in the order cannot lead to it.
                if slot.walk.mark == mark || (slot.walk.order > limit && slot.walk.order != u64::MAX) {
                    return;
                }
                slot.walk.mark = mark;
                slot.walk.trail = head;
                slot.walk.edge = edge;
                slot.walk.depth = depth;
                slot.walk.queue = NIL;
                s.dev(tail).walk.queue = d;
                tail = d;
            };
            let mut child = self.dev(head).walk.children.first();
            while let Some(d) = child {
                visit(self, d, NIL);
                child = self.next_child(head, d);
            }
            let mut link = self.first_consumer(head);
            while let Some(l) = link {
                if !self.link(l).flags.pure_sync_state() {
                    let consumer = self.link(l).consumer;
                    visit(self, consumer, l);
                }
                link = self.next_consumer(head, l);
            }
            head = self.dev(head).walk.queue;
            if head == NIL {
                return None;
            }
        }
    }

    fn path_end(&mut self, to: u32) -> Option<u32> {
        (self.dev(to).walk.mark == self.mark).then_some(to)
    }

    fn path_edge(&mut self, at: u32) -> Option<PathEdge> {
        let (trail, edge) = (self.dev(at).walk.trail, self.dev(at).walk.edge);
        if trail == NIL {
            return None;
        }
        let link = (edge != NIL).then(|| self.link_handle(edge));
        Some(PathEdge { supplier: self.device_handle(trail), consumer: self.device_handle(at), link })
    }

    /// Move a device and everything that depends on it to the tail of both order lists: first the device, then its
    /// children with their dependents, then its consumers with theirs; of a device met several times the last counts.
    pub(crate) fn move_to_tail(&mut self, d: u32) {
        if self.dev(d).walk.children.is_empty() && self.dev(d).walk.consumers.is_empty() {
            self.place_last(d);
            return;
        }
        // The order of last meetings is the reverse of a depth-first postorder that takes the edges backward.
        let mark = self.next_mark();
        let mut finished = NIL;
        let mut at = d;
        self.dev(at).walk.mark = mark;
        self.dev(at).walk.trail = NIL;
        let first = self.devices[at as usize].walk.consumers.last();
        self.dev(at).walk.cursor = Cursor::start(first);
        loop {
            self.steps += 1;
            let next = match self.dev(at).walk.cursor {
                Cursor::Consumer(l) => {
                    let before = self.prev_consumer(at, l);
                    self.dev(at).walk.cursor = Cursor::start(before);
                    let link = self.link(l);
                    if link.flags.pure_sync_state() { continue } else { link.consumer }
                }
                Cursor::Children => {
                    let last = self.dev(at).walk.children.last();
                    self.dev(at).walk.cursor = last.map_or(Cursor::Done, Cursor::Child);
                    continue;
                }
                Cursor::Child(c) => {
                    let before = self.devices[at as usize].walk.children.prev(self.devices, c);
                    self.dev(at).walk.cursor = before.map_or(Cursor::Done, Cursor::Child);
                    c
                }
                Cursor::Done | Cursor::Parent | Cursor::Supplier(_) => {
                    let up = self.dev(at).walk.trail;
                    self.dev(at).walk.queue = finished;
                    finished = at;
                    if up == NIL {
                        break;
                    }
                    at = up;
                    continue;
                }
            };
            if self.dev(next).walk.mark != mark {
                self.dev(next).walk.mark = mark;
                self.dev(next).walk.trail = at;
                let last = self.devices[next as usize].walk.consumers.last();
                self.dev(next).walk.cursor = Cursor::start(last);
                at = next;
            }
        }
        while finished != NIL {
            let next = self.dev(finished).walk.queue;
            self.place_last(finished);
            finished = next;
        }
    }

    /// Move one device to the tail of both lists.
    pub(crate) fn place_last(&mut self, d: u32) {
        if self.dev(d).shutdown.linked() {
            self.shutdown.remove(self.devices, d);
            self.shutdown.push_back(self.devices, d);
        }
        if self.dev(d).pm_list != PmList::None {
            self.pm_push_back(d, PmList::All);
        }
        if self.dev(d).walk.order != u64::MAX {
            self.order += 1;
            self.dev(d).walk.order = self.order;
        }
    }
}

/// Where a walk over a device's dependents stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cursor {
    Consumer(u32),
    Children,
    Child(u32),
    Parent,
    Supplier(u32),
    Done,
}

impl Cursor {
    fn start(consumer: Option<u32>) -> Self {
        consumer.map_or(Self::Children, Self::Consumer)
    }
}
