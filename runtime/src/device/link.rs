//! What a link between a consumer and a supplier is. Source of the rules: `drivers/base/core.c` of Linux 6.12.

use core::fmt;

use super::handle::DeviceHandle;

/// How a link takes part in runtime PM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RuntimePm {
    /// Not at all.
    #[default]
    Off,
    /// The supplier is resumed before the consumer and released after it.
    Follow,
    /// As `Follow`, and the supplier is resumed and held from the start, until the consumer's first suspend.
    FollowActive,
}

/// How long a managed link lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lifetime {
    /// As long as both devices.
    #[default]
    Persistent,
    /// Until the consumer's driver unbinds or its probe fails.
    ConsumerDriver,
    /// Until the supplier's driver unbinds.
    SupplierDriver,
    /// As long as both devices; when the supplier binds, the consumer is probed.
    AutoprobeConsumer,
}

/// Marks that whoever derives links from a description puts on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// Only inferred: no driver has confirmed the edge yet.
    pub inferred: bool,
    /// Weakened because it lies on a circle.
    pub cycle: bool,
}

/// The three legal shapes of a link; no other combination can be written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// The core orders by it but neither gates probing nor unbinds; whoever added it deletes it.
    Stateless {
        /// Part in runtime PM.
        runtime_pm: RuntimePm,
    },
    /// The core gates the consumer's probe, unbinds it first and, in the end, removes the link.
    Managed {
        /// Part in runtime PM.
        runtime_pm: RuntimePm,
        /// When the core removes it.
        lifetime: Lifetime,
        /// Where it comes from.
        marks: Marks,
    },
    /// Only delays the supplier's `sync_state`; it neither orders nor gates, and may close a circle.
    SyncStateOnly {
        /// Where it comes from.
        marks: Marks,
    },
}

impl LinkKind {
    /// A persistent managed link with runtime PM: what a spec's hard edge becomes.
    pub const MANAGED: Self = Self::Managed {
        runtime_pm: RuntimePm::Follow,
        lifetime: Lifetime::Persistent,
        marks: Marks { inferred: false, cycle: false },
    };

    /// A managed link of this lifetime.
    pub const fn managed(runtime_pm: RuntimePm, lifetime: Lifetime) -> Self {
        Self::Managed { runtime_pm, lifetime, marks: Marks { inferred: false, cycle: false } }
    }

    pub(crate) const fn flags(self) -> Flags {
        const fn pm(runtime_pm: RuntimePm) -> u16 {
            match runtime_pm {
                RuntimePm::Off => 0,
                RuntimePm::Follow => Flags::PM_RUNTIME,
                RuntimePm::FollowActive => Flags::PM_RUNTIME | Flags::RPM_ACTIVE,
            }
        }
        const fn marked(marks: Marks) -> u16 {
            (if marks.inferred { Flags::INFERRED } else { 0 }) | (if marks.cycle { Flags::CYCLE } else { 0 })
        }
        Flags(match self {
            Self::Stateless { runtime_pm } => Flags::STATELESS | pm(runtime_pm),
            Self::Managed { runtime_pm, lifetime, marks } => {
                let life = match lifetime {
                    Lifetime::Persistent => 0,
                    Lifetime::ConsumerDriver => Flags::AUTOREMOVE_CONSUMER,
                    Lifetime::SupplierDriver => Flags::AUTOREMOVE_SUPPLIER,
                    Lifetime::AutoprobeConsumer => Flags::AUTOPROBE_CONSUMER,
                };
                Flags::MANAGED | pm(runtime_pm) | life | marked(marks)
            }
            Self::SyncStateOnly { marks } => Flags::MANAGED | Flags::SYNC_STATE_ONLY | marked(marks),
        })
    }
}

/// What an existing link is: the sum of all that was added for its pair.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub(crate) u16);

impl Flags {
    pub(crate) const STATELESS: u16 = 1 << 0;
    pub(crate) const AUTOREMOVE_CONSUMER: u16 = 1 << 1;
    pub(crate) const PM_RUNTIME: u16 = 1 << 2;
    pub(crate) const RPM_ACTIVE: u16 = 1 << 3;
    pub(crate) const AUTOREMOVE_SUPPLIER: u16 = 1 << 4;
    pub(crate) const AUTOPROBE_CONSUMER: u16 = 1 << 5;
    pub(crate) const MANAGED: u16 = 1 << 6;
    pub(crate) const SYNC_STATE_ONLY: u16 = 1 << 7;
    pub(crate) const INFERRED: u16 = 1 << 8;
    pub(crate) const CYCLE: u16 = 1 << 9;

    pub(crate) const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }

    pub(crate) const fn set(&mut self, bits: u16) {
        self.0 |= bits;
    }

    pub(crate) const fn clear(&mut self, bits: u16) {
        self.0 &= !bits;
    }

    /// Neither orders nor gates: only `sync_state` waits for it.
    pub(crate) const fn pure_sync_state(self) -> bool {
        self.has(Self::SYNC_STATE_ONLY)
            && self.0 & !(Self::SYNC_STATE_ONLY | Self::MANAGED | Self::INFERRED | Self::CYCLE) == 0
    }

    /// The flags by name, in Linux's vocabulary.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (Self::STATELESS, "STATELESS"),
            (Self::AUTOREMOVE_CONSUMER, "AUTOREMOVE_CONSUMER"),
            (Self::PM_RUNTIME, "PM_RUNTIME"),
            (Self::RPM_ACTIVE, "RPM_ACTIVE"),
            (Self::AUTOREMOVE_SUPPLIER, "AUTOREMOVE_SUPPLIER"),
            (Self::AUTOPROBE_CONSUMER, "AUTOPROBE_CONSUMER"),
            (Self::MANAGED, "MANAGED"),
            (Self::SYNC_STATE_ONLY, "SYNC_STATE_ONLY"),
            (Self::INFERRED, "INFERRED"),
            (Self::CYCLE, "CYCLE"),
        ]
        .into_iter()
        .filter(move |(bit, _)| self.has(*bit))
        .map(|(_, name)| name)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Where a managed link stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LinkState {
    /// Not tracked: a stateless link.
    #[default]
    None,
    /// Nobody uses it and the supplier is not bound.
    Dormant,
    /// The supplier is bound.
    Available,
    /// The consumer is probing.
    ConsumerProbe,
    /// Both ends are bound.
    Active,
    /// The supplier unbinds.
    SupplierUnbind,
}

/// Where a device stands as far as links are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BindState {
    /// No driver.
    #[default]
    Unbound,
    /// No driver: the gate found a supplier missing. Linux counts such a device as probing.
    Deferred,
    /// Its probe runs.
    Probing,
    /// A driver is bound.
    Bound,
    /// Its driver is being unbound.
    Unbinding,
}

/// Why a link was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LinkError {
    /// The same device twice.
    SameDevice,
    /// The supplier is not registered yet.
    SupplierMissing,
    /// The supplier depends on the consumer; see [`System::cycle_path`](super::System::cycle_path).
    Cycle {
        /// Would need the supplier.
        consumer: DeviceHandle,
        /// Depends on the consumer already.
        supplier: DeviceHandle,
        /// Number of edges of the existing path from consumer to supplier.
        length: u32,
    },
    /// The supplier could not be resumed, so it cannot be held active.
    SupplierResume(super::error::RpmError),
    /// A link that only waits for `sync_state` of a consumer that is bound already.
    TooLate,
    /// A consumer in its probe asks for a supplier without driver: defer the probe.
    Defer,
    /// A device is gone.
    Gone,
    /// No slot left: lend a larger slice of links.
    Full,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameDevice => "a device cannot supply itself",
            Self::SupplierMissing => "the supplier is not registered",
            Self::Cycle { length, .. } => return write!(f, "it closes a circle of {} edges", length + 1),
            Self::SupplierResume(error) => return write!(f, "the supplier did not resume: {error}"),
            Self::TooLate => "the consumer is bound already",
            Self::Defer => "the supplier has no driver yet; defer the probe",
            Self::Gone => "a device is gone",
            Self::Full => "no slot left: lend a larger slice of links",
        })
    }
}

impl core::error::Error for LinkError {}
