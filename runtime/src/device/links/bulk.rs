//! Adding a whole topology at once: one pass for the order, however the edges are written down.

use crate::device::caller::Context;
use crate::device::handle::DeviceHandle;
use crate::device::link::{Flags, LinkError, LinkKind};
use crate::device::list::NIL;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::order::{Cursor, PathEdge};
use crate::topology::Link;

/// An edge of a topology.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkSpec {
    /// Needs the supplier.
    pub consumer: DeviceHandle,
    /// Is needed.
    pub supplier: DeviceHandle,
    /// What the link is.
    pub kind: LinkKind,
    /// Where it is declared.
    pub declared: Option<&'static Link>,
}

/// Why [`System::link_all`] failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BulkError {
    /// What is wrong. Of a circle: its closing edge and the number of the others.
    pub error: LinkError,
    /// The edge at fault, for other errors than a circle.
    pub edge: Option<LinkSpec>,
    /// How many edges of a circle were written to `circle`.
    pub circle: usize,
}

impl<P: Platform> System<'_, P> {
    /// Add many links and compute the order once: time proportional to devices and edges, in whatever sequence the
    /// edges come. Among devices that do not depend on each other the order stays as it was.
    ///
    /// If the edges contain a circle, its edges are written to `circle` (the first supplies the second edge's
    /// supplier, and so on, round) and the new links are removed again. Sleepable.
    ///
    /// # Errors
    /// [`BulkError`]; links made by this call are removed.
    pub fn link_all(
        &self,
        cx: Context<'_, '_>,
        specs: impl IntoIterator<Item = LinkSpec>,
        circle: &mut [PathEdge],
    ) -> Result<(), BulkError> {
        let start = self.with(State::next_serial);
        let mut result = Ok(());
        for spec in specs {
            let added = self.with(|s| s.link_unordered(&spec)).and_then(|done| {
                if done {
                    return Ok(());
                }
                self.link_add(cx, spec.consumer, spec.supplier, spec.kind, spec.declared).map(|_| ())
            });
            if let Err(error) = added {
                result = Err(BulkError { error, edge: Some(spec), circle: 0 });
                break;
            }
        }
        let result = result.and_then(|()| self.with(|s| s.order_all(circle)));
        if result.is_err() {
            self.forget_since(start);
        }
        self.platform.notify();
        result
    }

    fn forget_since(&self, start: u64) {
        let count = self.with(|s| s.links.len());
        for l in 0..count as u32 {
            let dropped = self.with(|s| {
                let link = s.link(l);
                if link.used && !link.dying && link.serial > start { s.link_drop(l) } else { None }
            });
            if dropped.is_some() {
                self.link_dropped(dropped);
            }
        }
    }
}

impl<P: Platform> State<'_, P> {
    /// Make a new link and leave the order alone. `false`: this one needs the careful way.
    fn link_unordered(&mut self, spec: &LinkSpec) -> Result<bool, LinkError> {
        let (Some(c), Some(p)) = (self.find(spec.consumer), self.find(spec.supplier)) else {
            return Err(LinkError::Gone);
        };
        let flags = spec.kind.flags();
        if c == p {
            return Err(LinkError::SameDevice);
        }
        if !self.dev(p).registered() {
            return Err(LinkError::SupplierMissing);
        }
        let plain = !flags.has(Flags::RPM_ACTIVE)
            && !flags.has(Flags::SYNC_STATE_ONLY)
            && self.dev(c).driver.is_none()
            && self.dev(p).driver.is_none();
        if !plain || self.link_between(c, p).is_some() {
            return Ok(false);
        }
        self.link_new(c, p, flags, spec.declared).ok_or(LinkError::Full)?;
        Ok(true)
    }

    /// Order all registered devices: each after its parent and suppliers, else as before.
    fn order_all(&mut self, circle: &mut [PathEdge]) -> Result<(), BulkError> {
        let open = self.next_mark();
        let done = self.next_mark();
        let (mut first, mut last) = (NIL, NIL);
        let mut root = self.shutdown.first();
        while let Some(d) = root {
            root = self.shutdown.next(self.devices, d);
            if self.dev(d).walk.mark == done {
                continue;
            }
            let mut at = d;
            self.enter(at, NIL, NIL, open);
            loop {
                self.steps += 1;
                let (need, link) = match self.dev(at).walk.cursor {
                    Cursor::Parent => {
                        let supplier = self.first_supplier(at);
                        self.dev(at).walk.cursor = supplier.map_or(Cursor::Done, Cursor::Supplier);
                        match self.dev(at).parent {
                            Some(p) => (p, NIL),
                            None => continue,
                        }
                    }
                    Cursor::Supplier(l) => {
                        let next = self.next_supplier(at, l);
                        self.dev(at).walk.cursor = next.map_or(Cursor::Done, Cursor::Supplier);
                        let link = self.link(l);
                        if link.flags.pure_sync_state() {
                            continue;
                        }
                        (link.supplier, l)
                    }
                    _ => {
                        let up = self.dev(at).walk.trail;
                        let slot = self.dev(at);
                        slot.walk.mark = done;
                        slot.walk.queue = NIL;
                        match last {
                            NIL => first = at,
                            last => self.dev(last).walk.queue = at,
                        }
                        last = at;
                        if up == NIL {
                            break;
                        }
                        at = up;
                        continue;
                    }
                };
                let mark = self.dev(need).walk.mark;
                if mark == open {
                    return Err(self.circle(at, need, link, circle));
                }
                if mark != done {
                    self.enter(need, at, link, open);
                    at = need;
                }
            }
        }
        while first != NIL {
            let next = self.dev(first).walk.queue;
            self.place_last(first);
            first = next;
        }
        Ok(())
    }

    fn enter(&mut self, d: u32, from: u32, link: u32, mark: u64) {
        let slot = self.dev(d);
        slot.walk.mark = mark;
        slot.walk.trail = from;
        slot.walk.edge = link;
        slot.walk.cursor = Cursor::Parent;
    }

    /// The circle that `at` needing `need` closes.
    fn circle(&mut self, at: u32, need: u32, link: u32, circle: &mut [PathEdge]) -> BulkError {
        let (mut supplier, mut consumer, mut edge) = (need, at, link);
        let (closing_consumer, closing_supplier) = (self.device_handle(at), self.device_handle(need));
        let mut length = 0;
        loop {
            if let Some(place) = circle.get_mut(length) {
                *place = PathEdge {
                    supplier: self.device_handle(supplier),
                    consumer: self.device_handle(consumer),
                    link: (edge != NIL).then(|| self.link_handle(edge)),
                };
            }
            length += 1;
            if consumer == need {
                break;
            }
            supplier = consumer;
            edge = self.dev(supplier).walk.edge;
            consumer = self.dev(supplier).walk.trail;
        }
        let error = LinkError::Cycle {
            consumer: closing_consumer,
            supplier: closing_supplier,
            length: u32::try_from(length - 1).unwrap_or(u32::MAX),
        };
        BulkError { error, edge: None, circle: length.min(circle.len()) }
    }
}
