//! Who needs whom, as data: generated from a SoC spec, read by the device model, by tools and by people.

use crate::power::DeviceId;

/// A chip or a board: its devices, the links between them, and the order in which they can come up.
#[derive(Clone, Copy, Debug)]
pub struct Topology {
    /// Name of the SoC spec.
    pub name: &'static str,
    /// By number: device n is `devices[n]`.
    pub devices: &'static [Node],
    /// In the order of consumers.
    pub links: &'static [Link],
    /// Parts that lose their power together.
    pub domains: &'static [Domain],
    /// Every device that is not disabled, each after everything it needs.
    pub probe_order: &'static [DeviceId],
    /// The same devices as they go to sleep: phase by phase, as the specs of their blocks say, and within a phase each
    /// before everything it needs. Waking up is the reverse.
    pub sleep_order: &'static [DeviceId],
}

impl Topology {
    /// The device with this number.
    pub fn node(&self, id: DeviceId) -> Option<&'static Node> {
        self.devices.get(usize::from(id.get()))
    }

    /// What a device needs.
    pub fn links_of(&self, consumer: DeviceId) -> impl Iterator<Item = &'static Link> {
        self.links.iter().filter(move |link| link.consumer == consumer)
    }

    /// The domains that a device is in, in their order.
    pub fn domains_of(&self, device: DeviceId) -> impl Iterator<Item = &'static Domain> {
        self.domains.iter().filter(move |domain| domain.members.contains(&device))
    }

    /// Storage slots of devices that it takes: one a device, and one for each domain of a device beyond the first.
    pub const fn device_slots(&self) -> usize {
        self.devices.len() + self.more_memberships()
    }

    /// Storage slots of links that it takes: one a link, and one for each domain of a device beyond the first.
    pub const fn link_slots(&self) -> usize {
        self.links.len() + self.more_memberships()
    }

    /// Storage slots of nestings that it takes: one for each domain around a domain.
    pub const fn nesting_slots(&self) -> usize {
        let (mut at, mut count) = (0, 0);
        while at < self.domains.len() {
            count += self.domains[at].outer.len();
            at += 1;
        }
        count
    }

    /// Memberships of devices that are in an earlier domain, too.
    const fn more_memberships(&self) -> usize {
        let (mut domain, mut count) = (0, 0);
        while domain < self.domains.len() {
            let members = self.domains[domain].members;
            let mut member = 0;
            while member < members.len() {
                let mut earlier = 0;
                while earlier < domain && !self.domains[earlier].has(members[member]) {
                    earlier += 1;
                }
                count += (earlier < domain) as usize;
                member += 1;
            }
            domain += 1;
        }
        count
    }
}

/// A device of a [`Topology`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// Name in the spec.
    pub name: &'static str,
    /// Name of its hardware block's spec.
    pub ip: &'static str,
    /// The device it is behind.
    pub parent: Option<DeviceId>,
    /// A disabled device has a number but no links, and takes no part in the probe order.
    pub enabled: bool,
}

impl Node {
    /// A device that takes part.
    pub const fn new(name: &'static str, ip: &'static str, parent: Option<DeviceId>) -> Self {
        Self { name, ip, parent, enabled: true }
    }

    /// A device that the spec disables.
    pub const fn disabled(name: &'static str, ip: &'static str, parent: Option<DeviceId>) -> Self {
        Self { name, ip, parent, enabled: false }
    }
}

/// A power domain: its members lose their power together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Domain {
    /// Its provider's name, with what tells it from others of the same provider.
    pub name: &'static str,
    /// The device that provides it.
    pub provider: DeviceId,
    /// What references to it carry: tells it from others of the same provider.
    pub args: &'static [u64],
    /// It is switched with interrupts off, so irq-safe members can switch it.
    pub irq_safe: bool,
    /// It is never switched off.
    pub always_on: bool,
    /// Domains that it is in, by their place in [`Topology::domains`].
    pub outer: &'static [u16],
    /// Devices in it.
    pub members: &'static [DeviceId],
}

impl Domain {
    const fn has(&self, device: DeviceId) -> bool {
        let mut at = 0;
        while at < self.members.len() {
            if self.members[at].get() == device.get() {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Consumer needs supplier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Who needs.
    pub consumer: DeviceId,
    /// Who is needed.
    pub supplier: DeviceId,
    /// Name of the subsystem's spec; `parent` for a parent.
    pub subsystem: &'static str,
    /// Name of the reference; empty for an unnamed one.
    pub name: &'static str,
    /// How strong it is.
    pub strength: Strength,
    /// The supplier is resumed before the consumer and released after it.
    pub runtime_pm: bool,
    /// `file:line` where it is declared.
    pub place: &'static str,
}

impl Link {
    /// A link that only orders.
    pub const fn new(
        consumer: DeviceId,
        supplier: DeviceId,
        strength: Strength,
        subsystem: &'static str,
        name: &'static str,
        place: &'static str,
    ) -> Self {
        Self { consumer, supplier, subsystem, name, strength, runtime_pm: false, place }
    }

    /// A link that orders and takes part in runtime PM.
    pub const fn managed(
        consumer: DeviceId,
        supplier: DeviceId,
        strength: Strength,
        subsystem: &'static str,
        name: &'static str,
        place: &'static str,
    ) -> Self {
        Self { consumer, supplier, subsystem, name, strength, runtime_pm: true, place }
    }
}

impl core::fmt::Display for Link {
    /// The edge and where it is declared.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { subsystem, name, place, .. } = self;
        let space = if name.is_empty() { "" } else { " " };
        write!(f, "`{subsystem}{space}{name}` declared at {place}")
    }
}

/// How strong a link is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strength {
    /// The consumer is not probed before the supplier.
    Hard,
    /// As `Hard`, unless the supplier has no driver.
    Optional,
    /// The consumer is probed without the supplier. Sleep and runtime PM go by the link if the supplier comes first in
    /// the probe order; if it comes later, because the two need each other, only the supplier's `sync_state` waits.
    PostInit,
}
