//! The switches of the hardware, and what happens when registers are used without power.

use std::collections::HashSet;

use super::facts::Facts;

/// How many uses of registers without power are told one by one.
const SHOWN: usize = 20;

/// Something that is on or off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Switch {
    pub(super) on: bool,
    /// How often it was switched on, and off.
    pub(super) ups: u64,
    pub(super) downs: u64,
}

impl Switch {
    pub(super) fn new(on: bool) -> Self {
        Self { on, ups: 0, downs: 0 }
    }

    pub(super) fn set(&mut self, on: bool) -> bool {
        let changed = self.on != on;
        self.ups += u64::from(changed && on);
        self.downs += u64::from(changed && !on);
        self.on = on;
        changed
    }
}

/// A driver used the registers of a device that had no power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpowered {
    /// When, in nanoseconds.
    pub(crate) at: u64,
    /// Whose registers.
    pub(crate) device: String,
    /// What was off.
    pub(crate) off: String,
}

/// The state of all switches.
#[derive(Debug)]
pub(super) struct Hardware {
    pub(super) now: u64,
    pub(super) devices: Vec<Switch>,
    pub(super) domains: Vec<Switch>,
    /// Counts changes of switches.
    pub(super) changes: u64,
    /// Visits of drivers to registers.
    pub(super) visits: u64,
    pub(super) unpowered: u64,
    pub(super) first_unpowered: Vec<Unpowered>,
    /// For each device, the change up to which it is known to have power.
    known: Vec<Option<u64>>,
}

/// What has no power.
enum Off {
    Device(usize),
    Domain(usize),
}

impl Hardware {
    /// Domains are on, as a boot loader leaves them; devices are not in use.
    pub(super) fn new(facts: &Facts) -> Self {
        Self {
            now: 0,
            devices: vec![Switch::new(false); facts.names.len()],
            domains: vec![Switch::new(true); facts.domains.len()],
            changes: 1,
            visits: 0,
            unpowered: 0,
            first_unpowered: Vec::new(),
            known: vec![None; facts.names.len()],
        }
    }

    pub(super) fn set_device(&mut self, device: usize, on: bool) {
        self.changes += u64::from(self.devices[device].set(on));
    }

    pub(super) fn set_domain(&mut self, domain: usize, on: bool) {
        self.changes += u64::from(self.domains[domain].set(on));
    }

    /// Have the device and all it needs power?
    pub(super) fn powered(&mut self, facts: &Facts, device: usize) -> bool {
        self.off(facts, device).is_none()
    }

    /// What it lacks.
    fn off(&mut self, facts: &Facts, device: usize) -> Option<Off> {
        // Links have no circles, but many ways may lead to one supplier: each device is looked at once a change.
        let mut open = vec![device];
        let mut seen = HashSet::new();
        while let Some(at) = open.pop() {
            if self.known[at] == Some(self.changes) || !seen.insert(at) {
                continue;
            }
            if !self.devices[at].on {
                return Some(Off::Device(at));
            }
            if let Some(&domain) = facts.domains_of[at].iter().find(|&&domain| !self.domains[domain].on) {
                return Some(Off::Domain(domain));
            }
            open.extend(&facts.needs[at]);
        }
        for at in seen {
            self.known[at] = Some(self.changes);
        }
        None
    }

    /// A driver uses the registers of its device.
    pub(super) fn visit(&mut self, facts: &Facts, device: usize) {
        self.visits += 1;
        let Some(off) = self.off(facts, device) else { return };
        self.unpowered += 1;
        if self.first_unpowered.len() < SHOWN {
            let off = match off {
                Off::Device(device) => format!("{} is suspended", facts.names[device]),
                Off::Domain(domain) => format!("{} is off", facts.domains[domain].name),
            };
            self.first_unpowered.push(Unpowered { at: self.now, device: facts.names[device].clone(), off });
        }
    }
}
