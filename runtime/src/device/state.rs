//! Everything the model knows, as it stands behind the lock, and the bookkeeping that needs no callback.

use super::handle::{DeviceHandle, DomainHandle, DriverHandle, LinkHandle};
use super::list::{List, NIL};
use super::platform::Platform;
use super::sleep::Transition;
use super::storage::*;

pub(crate) struct State<'s, P: Platform> {
    pub(crate) devices: &'s mut [DeviceSlot<'s>],
    pub(crate) links: &'s mut [LinkSlot],
    pub(crate) drivers: &'s mut [DriverSlot<'s, P>],
    pub(crate) domains: &'s mut [DomainSlot<'s>],
    pub(crate) nestings: &'s mut [NestingSlot],
    free_device: u32,
    fresh_device: u32,
    free_link: u32,
    fresh_link: u32,
    serial: u64,
    ticket: u64,
    pub(crate) order: u64,
    pub(crate) mark: u64,
    /// Steps of graph walks so far: what cost is measured in.
    pub(crate) steps: u64,
    pub(crate) bus: List<BusHook>,
    pub(crate) bus_drivers: List<DriverHook>,
    pub(crate) all: List<PmHook>,
    pub(crate) prepared: List<PmHook>,
    pub(crate) suspended: List<PmHook>,
    pub(crate) late: List<PmHook>,
    pub(crate) noirq: List<PmHook>,
    pub(crate) completed: List<PmHook>,
    pub(crate) shutdown: List<ShutdownHook>,
    pub(crate) pending: List<DeferredHook>,
    pub(crate) active: List<DeferredHook>,
    pub(crate) probe_work: Option<u64>,
    pub(crate) probe_working: bool,
    pub(crate) triggers: u64,
    pub(crate) probing: u32,
    pub(crate) probing_blocked: bool,
    pub(crate) sync_paused: u32,
    pub(crate) sync_waiting: List<SyncHook>,
    pub(crate) rpm_work: List<RpmWorkHook>,
    pub(crate) sleep_work: List<SleepWorkHook>,
    pub(crate) domain_work: List<DomainWorkHook>,
    pub(crate) releases: List<ReleaseHook>,
    /// Runtime PM work does not run while the system sleeps.
    pub(crate) frozen: bool,
    pub(crate) timers: u32,
    pub(crate) transition: Transition,
    pub(crate) warnings: u64,
}

impl<'s, P: Platform> State<'s, P> {
    pub(crate) fn new(storage: Storage<'s, P>) -> Self {
        let Storage { devices, links, drivers, domains, nestings } = storage;
        Self {
            devices,
            links,
            drivers,
            domains,
            nestings,
            free_device: NIL,
            fresh_device: 0,
            free_link: NIL,
            fresh_link: 0,
            serial: 0,
            ticket: 0,
            order: 0,
            mark: 0,
            steps: 0,
            bus: List::EMPTY,
            bus_drivers: List::EMPTY,
            all: List::EMPTY,
            prepared: List::EMPTY,
            suspended: List::EMPTY,
            late: List::EMPTY,
            noirq: List::EMPTY,
            completed: List::EMPTY,
            shutdown: List::EMPTY,
            pending: List::EMPTY,
            active: List::EMPTY,
            probe_work: None,
            probe_working: false,
            triggers: 0,
            probing: 0,
            probing_blocked: false,
            sync_paused: 0,
            sync_waiting: List::EMPTY,
            rpm_work: List::EMPTY,
            sleep_work: List::EMPTY,
            domain_work: List::EMPTY,
            releases: List::EMPTY,
            frozen: false,
            timers: 0,
            transition: Transition::NEW,
            warnings: 0,
        }
    }

    pub(crate) fn dev(&mut self, d: u32) -> &mut DeviceSlot<'s> {
        &mut self.devices[d as usize]
    }

    pub(crate) fn link(&mut self, l: u32) -> &mut LinkSlot {
        &mut self.links[l as usize]
    }

    pub(crate) fn dom(&mut self, g: u32) -> &mut DomainSlot<'s> {
        &mut self.domains[g as usize]
    }

    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn next_ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }

    pub(crate) fn next_mark(&mut self) -> u64 {
        self.mark += 1;
        self.mark
    }

    // handles

    pub(crate) fn device_handle(&self, d: u32) -> DeviceHandle {
        DeviceHandle { index: d, generation: self.devices[d as usize].generation }
    }

    pub(crate) fn link_handle(&self, l: u32) -> LinkHandle {
        LinkHandle { index: l, generation: self.links[l as usize].generation }
    }

    pub(crate) fn domain_handle(&self, g: u32) -> DomainHandle {
        DomainHandle { index: g, generation: self.domains[g as usize].generation }
    }

    /// The slot of a device that is not gone.
    pub(crate) fn find(&self, handle: DeviceHandle) -> Option<u32> {
        let slot = self.devices.get(handle.index())?;
        (slot.generation == handle.generation && slot.exists()).then_some(handle.index)
    }

    pub(crate) fn find_link(&self, handle: LinkHandle) -> Option<u32> {
        let slot = self.links.get(handle.index())?;
        (slot.used && !slot.dying && slot.generation == handle.generation).then_some(handle.index)
    }

    pub(crate) fn find_driver(&self, handle: DriverHandle) -> Option<u32> {
        let slot = self.drivers.get(handle.index())?;
        (slot.generation == handle.generation && slot.driver.is_some()).then_some(handle.index)
    }

    pub(crate) fn find_domain(&self, handle: DomainHandle) -> Option<u32> {
        let slot = self.domains.get(handle.index())?;
        (slot.generation == handle.generation && slot.ops.is_some()).then_some(handle.index)
    }

    // slots

    pub(crate) fn take_device(&mut self) -> Option<u32> {
        let d = if self.free_device != NIL {
            let d = self.free_device;
            self.free_device = self.dev(d).walk.trail;
            d
        } else if (self.fresh_device as usize) < self.devices.len() {
            self.fresh_device += 1;
            self.fresh_device - 1
        } else {
            return None;
        };
        let generation = self.dev(d).generation.wrapping_add(1);
        *self.dev(d) = DeviceSlot { generation, stage: Stage::Initialised, ..DeviceSlot::EMPTY };
        Some(d)
    }

    pub(crate) fn pin(&mut self, d: u32) {
        self.dev(d).pins += 1;
    }

    pub(crate) fn unpin(&mut self, d: u32) {
        let slot = &mut self.devices[d as usize];
        debug_assert!(slot.pins > 0);
        slot.pins = slot.pins.saturating_sub(1);
        self.free_if_unused(d);
    }

    pub(crate) fn free_if_unused(&mut self, d: u32) {
        let free = self.free_device;
        let slot = self.dev(d);
        if slot.stage == Stage::Gone && slot.pins == 0 {
            let parent = slot.parent.take();
            slot.stage = Stage::Free;
            slot.walk.trail = free;
            self.free_device = d;
            if let Some(p) = parent {
                self.unpin(p);
            }
        }
    }

    pub(crate) fn take_link(&mut self) -> Option<u32> {
        let l = if self.free_link != NIL {
            let l = self.free_link;
            self.free_link = self.link(l).consumer;
            l
        } else if (self.fresh_link as usize) < self.links.len() {
            self.fresh_link += 1;
            self.fresh_link - 1
        } else {
            return None;
        };
        let (generation, serial) = (self.link(l).generation.wrapping_add(1), self.next_serial());
        *self.link(l) = LinkSlot { generation, serial, used: true, ..LinkSlot::EMPTY };
        Some(l)
    }

    pub(crate) fn free_link(&mut self, l: u32) {
        let free = self.free_link;
        let slot = self.link(l);
        slot.used = false;
        slot.consumer = free;
        self.free_link = l;
    }

    // links of a device, in the order they were made; safe against changes between two steps

    pub(crate) fn first_supplier(&self, d: u32) -> Option<u32> {
        self.devices[d as usize].walk.suppliers.first()
    }

    pub(crate) fn first_consumer(&self, d: u32) -> Option<u32> {
        self.devices[d as usize].walk.consumers.first()
    }

    /// The link to a supplier after link `at`, made with `serial`, which may be gone.
    pub(crate) fn supplier_after(&self, d: u32, at: u32, serial: u64) -> Option<u32> {
        let list = self.devices[d as usize].walk.suppliers;
        let slot = &self.links[at as usize];
        if slot.serial == serial && !slot.dying && slot.of_consumer.linked() {
            return list.next(self.links, at);
        }
        let mut next = list.first();
        while let Some(l) = next {
            if self.links[l as usize].serial > serial {
                break;
            }
            next = list.next(self.links, l);
        }
        next
    }

    pub(crate) fn next_supplier(&self, d: u32, at: u32) -> Option<u32> {
        self.devices[d as usize].walk.suppliers.next(self.links, at)
    }

    pub(crate) fn next_consumer(&self, d: u32, at: u32) -> Option<u32> {
        self.devices[d as usize].walk.consumers.next(self.links, at)
    }

    pub(crate) fn prev_supplier(&self, d: u32, at: u32) -> Option<u32> {
        self.devices[d as usize].walk.suppliers.prev(self.links, at)
    }

    pub(crate) fn prev_consumer(&self, d: u32, at: u32) -> Option<u32> {
        self.devices[d as usize].walk.consumers.prev(self.links, at)
    }

    pub(crate) fn next_child(&self, d: u32, at: u32) -> Option<u32> {
        self.devices[d as usize].walk.children.next(self.devices, at)
    }

    pub(crate) fn add_child(&mut self, parent: u32, child: u32) {
        let mut list = self.dev(parent).walk.children;
        list.push_back(self.devices, child);
        self.dev(parent).walk.children = list;
    }

    pub(crate) fn remove_child(&mut self, parent: u32, child: u32) {
        let mut list = self.dev(parent).walk.children;
        list.remove(self.devices, child);
        self.dev(parent).walk.children = list;
    }

    /// The link of this pair; looks through the shorter of the two lists.
    pub(crate) fn link_between(&mut self, consumer: u32, supplier: u32) -> Option<u32> {
        let (mut a, mut b) = (self.first_supplier(consumer), self.first_consumer(supplier));
        while let (Some(x), Some(y)) = (a, b) {
            self.steps += 1;
            if self.link(x).supplier == supplier {
                return Some(x);
            }
            if self.link(y).consumer == consumer {
                return Some(y);
            }
            a = self.next_supplier(consumer, x);
            b = self.next_consumer(supplier, y);
        }
        None
    }

    // sleep lists

    pub(crate) fn pm_list(&mut self, which: PmList) -> Option<(&mut List<PmHook>, &mut [DeviceSlot<'s>])> {
        let list = match which {
            PmList::None => return None,
            PmList::All => &mut self.all,
            PmList::Prepared => &mut self.prepared,
            PmList::Suspended => &mut self.suspended,
            PmList::Late => &mut self.late,
            PmList::Noirq => &mut self.noirq,
            PmList::Completed => &mut self.completed,
        };
        Some((list, self.devices))
    }

    pub(crate) fn pm_remove(&mut self, d: u32) {
        let which = self.dev(d).pm_list;
        if let Some((list, devices)) = self.pm_list(which) {
            list.remove(devices, d);
        }
        self.dev(d).pm_list = PmList::None;
    }

    pub(crate) fn pm_push_back(&mut self, d: u32, to: PmList) {
        self.pm_remove(d);
        if let Some((list, devices)) = self.pm_list(to) {
            list.push_back(devices, d);
        }
        self.dev(d).pm_list = to;
    }

    pub(crate) fn pm_push_front(&mut self, d: u32, to: PmList) {
        self.pm_remove(d);
        if let Some((list, devices)) = self.pm_list(to) {
            list.push_front(devices, d);
        }
        self.dev(d).pm_list = to;
    }
}
