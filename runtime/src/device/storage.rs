//! The storage a caller lends, and what is kept in it.

use super::driver::{DomainOps, Driver};
use super::handle::{DeviceHandle, LinkHandle};
use super::link::{BindState, Flags, LinkState};
use super::links::Cursor;
use super::list::{List, NIL, Node, hook};
use super::platform::Platform;
use super::rpm::{Rpm, RpmStatus};
use super::sleep::Sleep;
use crate::topology::Link;

/// Slices for everything a [`System`](super::System) keeps. Their lengths are its limits.
pub struct Storage<'s, P: Platform> {
    /// One slot a device.
    pub devices: &'s mut [DeviceSlot<'s>],
    /// One slot a link.
    pub links: &'s mut [LinkSlot],
    /// One slot a driver.
    pub drivers: &'s mut [DriverSlot<'s, P>],
    /// One slot a power domain.
    pub domains: &'s mut [DomainSlot<'s>],
    /// One slot for each nesting of a domain in another.
    pub nestings: &'s mut [NestingSlot],
}

/// A device's place in the storage.
#[derive(Debug)]
pub struct DeviceSlot<'s> {
    pub(crate) generation: u32,
    pub(crate) name: &'s str,
    pub(crate) number: u32,
    pub(crate) stage: Stage,
    /// Who else still looks at this slot: it is freed when the device is gone and this is zero.
    pub(crate) pins: u32,
    pub(crate) no_pm_callbacks: bool,
    pub(crate) parent: Option<u32>,
    pub(crate) child: Node,
    pub(crate) bus: Node,
    pub(crate) serial: u64,
    pub(crate) pm: Node,
    pub(crate) pm_list: PmList,
    pub(crate) shutdown: Node,
    pub(crate) walk: Walk,
    pub(crate) lock: DeviceLock,
    // links and binding
    pub(crate) driver: Option<u32>,
    pub(crate) of_driver: Node,
    pub(crate) bind: BindState,
    pub(crate) synced: bool,
    pub(crate) sync: Node,
    pub(crate) can_match: bool,
    pub(crate) deferred: Node,
    pub(crate) deferred_active: bool,
    pub(crate) waits_for: Waits<'s>,
    pub(crate) attempts: u32,
    // power
    pub(crate) rpm: Rpm,
    pub(crate) sleep: Sleep,
    pub(crate) domain: Option<u32>,
    pub(crate) member: Node,
    pub(crate) pinned_on: bool,
    /// It is in its domain from the beginning, not from its probe on.
    pub(crate) member_early: bool,
}

/// A device's edges and its place in the order, with the scratch of graph walks: together, because walks touch nothing
/// else of a device.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Place in the sleep order: a device later in the list has a larger number.
    pub(crate) order: u64,
    pub(crate) mark: u64,
    pub(crate) children: List<ChildHook>,
    pub(crate) consumers: List<ConsumerHook>,
    pub(crate) suppliers: List<SupplierHook>,
    pub(crate) trail: u32,
    pub(crate) edge: u32,
    pub(crate) depth: u32,
    pub(crate) queue: u32,
    pub(crate) cursor: Cursor,
}

impl Walk {
    const NEW: Self = Self {
        order: u64::MAX,
        mark: 0,
        children: List::EMPTY,
        consumers: List::EMPTY,
        suppliers: List::EMPTY,
        trail: NIL,
        edge: NIL,
        depth: 0,
        queue: NIL,
        cursor: Cursor::Done,
    };
}

/// Where a device is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Free,
    Initialised,
    Registered,
    Removing,
    Gone,
}

/// Which sleep list a device is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PmList {
    None,
    All,
    Prepared,
    Suspended,
    Late,
    Noirq,
    Completed,
}

/// A device's sleeping lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeviceLock {
    pub(crate) owner: Option<u32>,
}

/// Why a device that no driver is bound to waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waits<'s> {
    /// It does not.
    No,
    /// Its driver asked to be tried again.
    Driver,
    /// The gate found this supplier missing.
    Supplier { supplier: DeviceHandle, name: &'s str, link: LinkHandle, declared: Option<&'static Link>, changed: bool },
    /// Probing was blocked by system sleep.
    Sleep,
}

impl DeviceSlot<'_> {
    /// A free slot.
    pub const EMPTY: Self = Self {
        generation: 0,
        name: "",
        number: 0,
        stage: Stage::Free,
        pins: 0,
        no_pm_callbacks: false,
        parent: None,
        child: Node::EMPTY,
        bus: Node::EMPTY,
        serial: 0,
        pm: Node::EMPTY,
        pm_list: PmList::None,
        shutdown: Node::EMPTY,
        walk: Walk::NEW,
        lock: DeviceLock { owner: None },
        driver: None,
        of_driver: Node::EMPTY,
        bind: BindState::Unbound,
        synced: false,
        sync: Node::EMPTY,
        can_match: false,
        deferred: Node::EMPTY,
        deferred_active: false,
        waits_for: Waits::No,
        attempts: 0,
        rpm: Rpm::NEW,
        sleep: Sleep::NEW,
        domain: None,
        member: Node::EMPTY,
        pinned_on: false,
        member_early: false,
    };

    /// Is it in a domain that it does not count in yet, because no driver has it and runtime PM is not enabled?
    pub(crate) const fn absent(&self) -> bool {
        self.member_early
            && matches!(self.bind, BindState::Unbound | BindState::Deferred)
            && matches!(self.rpm.status, RpmStatus::Suspended)
            && !self.rpm.enabled()
    }

    pub(crate) const fn registered(&self) -> bool {
        matches!(self.stage, Stage::Registered)
    }

    pub(crate) const fn exists(&self) -> bool {
        matches!(self.stage, Stage::Initialised | Stage::Registered | Stage::Removing)
    }
}

/// A link's place in the storage.
#[derive(Debug)]
pub struct LinkSlot {
    pub(crate) generation: u32,
    pub(crate) used: bool,
    /// Off the devices' lists; waits for its release.
    pub(crate) dying: bool,
    /// Links are made in this order; of a dying one, when its release was queued.
    pub(crate) serial: u64,
    pub(crate) consumer: u32,
    pub(crate) supplier: u32,
    pub(crate) flags: Flags,
    pub(crate) state: LinkState,
    pub(crate) refs: u32,
    pub(crate) rpm_active: u32,
    pub(crate) preactivated: bool,
    pub(crate) declared: Option<&'static Link>,
    /// On the list of the consumer's suppliers; of a dying link, on the list of those to be released.
    pub(crate) of_consumer: Node,
    pub(crate) of_supplier: Node,
}

impl LinkSlot {
    /// A free slot.
    pub const EMPTY: Self = Self {
        generation: 0,
        used: false,
        dying: false,
        serial: 0,
        consumer: NIL,
        supplier: NIL,
        flags: Flags(0),
        state: LinkState::None,
        refs: 0,
        rpm_active: 1,
        preactivated: false,
        declared: None,
        of_consumer: Node::EMPTY,
        of_supplier: Node::EMPTY,
    };
}

/// A driver's place in the storage.
pub struct DriverSlot<'s, P: Platform> {
    pub(crate) generation: u32,
    pub(crate) driver: Option<&'s dyn Driver<P>>,
    pub(crate) node: Node,
    pub(crate) serial: u64,
    pub(crate) devices: List<DriverDeviceHook>,
}

impl<P: Platform> DriverSlot<'_, P> {
    /// A free slot.
    pub const EMPTY: Self = Self { generation: 0, driver: None, node: Node::EMPTY, serial: 0, devices: List::EMPTY };
}

/// A power domain's place in the storage.
pub struct DomainSlot<'s> {
    pub(crate) generation: u32,
    pub(crate) name: &'s str,
    pub(crate) ops: Option<&'s dyn DomainOps>,
    /// What it was made from, if from a topology.
    pub(crate) declared: Option<&'static crate::topology::Domain>,
    pub(crate) on: bool,
    pub(crate) irq_safe: bool,
    pub(crate) always_on: bool,
    pub(crate) rpm_always_on: bool,
    pub(crate) active_wakeup: bool,
    pub(crate) members: List<MemberHook>,
    pub(crate) device_count: u32,
    pub(crate) subdomains_on: u32,
    pub(crate) prepared_count: u32,
    pub(crate) suspended_count: u32,
    /// Domains this one contains, and domains it is in.
    pub(crate) inner: List<InnerHook>,
    pub(crate) outer: List<OuterHook>,
    pub(crate) owner: Option<u32>,
    pub(crate) off_work: Node,
    pub(crate) ticket: u64,
    pub(crate) off_error: Option<super::error::Errno>,
}

impl DomainSlot<'_> {
    /// A free slot.
    pub const EMPTY: Self = Self {
        generation: 0,
        name: "",
        ops: None,
        declared: None,
        on: false,
        irq_safe: false,
        always_on: false,
        rpm_always_on: false,
        active_wakeup: false,
        members: List::EMPTY,
        device_count: 0,
        subdomains_on: 0,
        prepared_count: 0,
        suspended_count: 0,
        inner: List::EMPTY,
        outer: List::EMPTY,
        owner: None,
        off_work: Node::EMPTY,
        ticket: 0,
        off_error: None,
    };
}

/// One domain's place in another.
#[derive(Debug)]
pub struct NestingSlot {
    pub(crate) used: bool,
    pub(crate) outer: u32,
    pub(crate) inner: u32,
    pub(crate) of_outer: Node,
    pub(crate) of_inner: Node,
}

impl NestingSlot {
    /// A free slot.
    pub const EMPTY: Self = Self { used: false, outer: NIL, inner: NIL, of_outer: Node::EMPTY, of_inner: Node::EMPTY };
}

/// Names one node field of an item type as a list's hook.
macro_rules! hooks {
    ($($name:ident: $item:ty => $($field:ident).+;)*) => { $(hook!($name, $item, $($field).+);)* };
}

hooks! {
    ChildHook: DeviceSlot<'_> => child;
    BusHook: DeviceSlot<'_> => bus;
    PmHook: DeviceSlot<'_> => pm;
    ShutdownHook: DeviceSlot<'_> => shutdown;
    DriverDeviceHook: DeviceSlot<'_> => of_driver;
    SyncHook: DeviceSlot<'_> => sync;
    DeferredHook: DeviceSlot<'_> => deferred;
    RpmWorkHook: DeviceSlot<'_> => rpm.work;
    SleepWorkHook: DeviceSlot<'_> => sleep.work;
    MemberHook: DeviceSlot<'_> => member;
    SupplierHook: LinkSlot => of_consumer;
    ConsumerHook: LinkSlot => of_supplier;
    ReleaseHook: LinkSlot => of_consumer;
    DomainWorkHook: DomainSlot<'_> => off_work;
    InnerHook: NestingSlot => of_outer;
    OuterHook: NestingSlot => of_inner;
}

#[derive(Debug)]
pub(crate) enum DriverHook {}

impl<P: Platform> super::list::Hook<DriverSlot<'_, P>> for DriverHook {
    fn node<'i>(item: &'i DriverSlot<'_, P>) -> &'i Node {
        &item.node
    }
    fn node_mut<'i>(item: &'i mut DriverSlot<'_, P>) -> &'i mut Node {
        &mut item.node
    }
}
