//! Why things are on: from those who have a reason of their own, along links, parents and domains.

use std::collections::{BTreeMap, VecDeque};

use linkwright::device::{DeviceHandle, LinkHandle};

use super::machine::Machine;
use super::uses::Standing;

/// At most so many members of a domain are named.
const NAMED: usize = 8;

/// A reason that needs no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Root {
    /// Its driver uses it.
    Used(usize),
    /// Its driver is irq-safe.
    IrqSafe(usize),
    /// Nobody uses it; its autosuspend delay is not over.
    Lingers(usize),
    /// A count that nobody here knows of.
    Held(usize),
}

impl Root {
    fn device(self) -> usize {
        match self {
            Self::Used(device) | Self::IrqSafe(device) | Self::Lingers(device) | Self::Held(device) => device,
        }
    }
}

/// Why a device is on: the reason, and who passes it on.
#[derive(Clone, Debug)]
struct Cause {
    root: Root,
    /// From the root's device to the one in question.
    path: Vec<usize>,
    /// What the last step is: `dma tx`.
    by: String,
}

/// What is known of all devices at one time.
pub(super) struct Causes(BTreeMap<usize, Cause>);

/// Why something is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    /// A driver uses it, or what it serves.
    pub(crate) needed: bool,
    /// For people.
    pub(crate) text: String,
}

impl Causes {
    /// Look at the machine as it is now.
    pub(super) fn now(machine: &Machine) -> Self {
        let mut causes = Self(BTreeMap::new());
        let on: Vec<bool> = machine.hardware().devices.iter().map(|device| device.on).collect();
        let mut roots: Vec<(Root, Vec<usize>)> = Vec::new();
        {
            let uses = machine.uses();
            for (used, what) in uses.iter().zip(&machine.facts.uses) {
                if used.standing == Standing::Running {
                    let controller = what.dma.as_ref().map(|dma| dma.controller);
                    // An irq-safe controller is on because its transfer took it, not because of a link.
                    let taken = controller.filter(|&controller| machine.facts.irq_safe[controller]);
                    roots.push((Root::Used(what.device), taken.into_iter().collect()));
                }
            }
        }
        let irq_safe = machine.facts.irq_safe.iter().enumerate().filter(|(_, irq_safe)| **irq_safe);
        roots.extend(irq_safe.map(|(device, _)| (Root::IrqSafe(device), Vec::new())));
        for device in (0..on.len()).filter(|&device| on[device]) {
            let info = machine.handle(device).and_then(|handle| machine.model().rpm_info(handle));
            match info.map(|info| (info.usage, info.children)) {
                Some((0, 0)) => roots.push((Root::Lingers(device), Vec::new())),
                Some(_) => roots.push((Root::Held(device), Vec::new())),
                None => {}
            }
        }
        // The best reason first; each device keeps the first that reaches it.
        roots.sort_by_key(|(root, _)| *root);
        for class in [is_used, is_irq_safe, is_lingering, is_held] {
            causes.spread(machine, &on, roots.iter().filter(|(root, _)| class(*root)));
        }
        causes
    }

    fn spread<'r>(&mut self, machine: &Machine, on: &[bool], roots: impl Iterator<Item = &'r (Root, Vec<usize>)>) {
        let mut open: VecDeque<(usize, Cause)> = VecDeque::new();
        for (root, taken) in roots {
            let device = root.device();
            open.push_back((device, Cause { root: *root, path: vec![device], by: String::new() }));
            for &controller in taken {
                let by = "its transfer".to_string();
                open.push_back((controller, Cause { root: *root, path: vec![device, controller], by }));
            }
        }
        while let Some((device, cause)) = open.pop_front() {
            // A root that is off holds others all the same: an irq-safe driver does.
            let pins = matches!(cause.root, Root::IrqSafe(root) if root == device) && cause.path.len() == 1;
            if !pins && (!on[device] || self.0.contains_key(&device)) {
                continue;
            }
            let mut next = |supplier: usize, by: String| {
                let mut path = cause.path.clone();
                path.push(supplier);
                open.push_back((supplier, Cause { root: cause.root, path, by }));
            };
            if pins {
                machine.facts.held[device].iter().for_each(|&supplier| next(supplier, String::new()));
            } else {
                held_links(machine, device).into_iter().for_each(|(supplier, by)| next(supplier, by));
            }
            if let Some(parent) = machine.facts.parent[device] {
                next(parent, "parent".to_string());
            }
            // That it is irq-safe is a reason for others, not for itself.
            if on[device] && !pins {
                self.0.entry(device).or_insert(cause);
            }
        }
    }

    /// Why a device is on.
    pub(super) fn of_device(&self, machine: &Machine, device: usize) -> Why {
        let Some(cause) = self.0.get(&device) else {
            return Why { needed: false, text: "being switched".to_string() };
        };
        let names = &machine.facts.names;
        let root = &names[cause.root.device()];
        let by = if cause.by.is_empty() { String::new() } else { format!(" ({})", cause.by) };
        let way =
            cause.path[..cause.path.len() - 1].iter().map(|&at| names[at].as_str()).collect::<Vec<_>>().join(" → ");
        let alone = cause.path.len() == 1;
        let text = match cause.root {
            Root::Used(_) if alone => "in use".to_string(),
            Root::Used(_) => format!("held by {way}{by}"),
            Root::IrqSafe(_) => format!("held by {way} (irq-safe)"),
            Root::Lingers(_) if alone => "autosuspend".to_string(),
            Root::Lingers(_) => format!("held by {way} (autosuspend)"),
            Root::Held(_) if alone => "held".to_string(),
            Root::Held(_) => format!("held by {root}"),
        };
        Why { needed: is_used(cause.root), text }
    }

    /// Why a domain is on.
    pub(super) fn of_domain(&self, machine: &Machine, domain: usize) -> Why {
        let facts = &machine.facts;
        let names = |devices: &[usize]| {
            let mut shown: Vec<&str> = devices.iter().take(NAMED).map(|&device| facts.names[device].as_str()).collect();
            shown.extend((devices.len() > NAMED).then_some("…"));
            shown.join(", ")
        };
        let (mut used, mut others) = (Vec::new(), Vec::new());
        for &member in &facts.domains[domain].members {
            match self.0.get(&member) {
                Some(cause) if is_used(cause.root) => {
                    // Controllers first: they are what the domain is mostly asked about.
                    used.push((cause.path.len() > 1, !facts.carries[member], member));
                }
                Some(cause) => others.push((cause.root, member)),
                None => {}
            }
        }
        if !used.is_empty() {
            used.sort_unstable();
            let direct: Vec<usize> = used.iter().filter(|(passed, ..)| !passed).map(|(.., member)| *member).collect();
            let passed: Vec<usize> = used.iter().filter(|(passed, ..)| *passed).map(|(.., member)| *member).collect();
            let arrow = if direct.is_empty() || passed.is_empty() { "" } else { " → " };
            let text = format!("held by {}{arrow}{}", names(&direct), names(&passed));
            return Why { needed: true, text };
        }
        let hardware_on = |inner: usize| machine.hardware().domains[inner].on;
        let inner = (0..facts.domains.len()).find(|&at| facts.domains[at].outer.contains(&domain) && hardware_on(at));
        if let Some(inner) = inner {
            let why = self.of_domain(machine, inner);
            return Why { needed: why.needed, text: format!("around {}: {}", facts.domains[inner].name, why.text) };
        }
        if let Some(&device) = facts.domains[domain].members.iter().find(|&&member| facts.irq_safe[member]) {
            return Why { needed: false, text: format!("{} is irq-safe", facts.names[device]) };
        }
        others.sort_unstable();
        let text = match others.first() {
            Some((Root::Lingers(device), _)) => format!("{} waits to autosuspend", facts.names[*device]),
            Some((_, member)) => format!("held by {}", facts.names[*member]),
            None => "nothing; it goes off when a member suspends".to_string(),
        };
        Why { needed: false, text }
    }
}

fn is_used(root: Root) -> bool {
    matches!(root, Root::Used(_))
}

fn is_irq_safe(root: Root) -> bool {
    matches!(root, Root::IrqSafe(_))
}

fn is_lingering(root: Root) -> bool {
    matches!(root, Root::Lingers(_))
}

fn is_held(root: Root) -> bool {
    matches!(root, Root::Held(_))
}

/// Suppliers that a device's links hold, and what the links are.
fn held_links(machine: &Machine, device: usize) -> Vec<(usize, String)> {
    let model = machine.model();
    let mut held = Vec::new();
    let Some(handle): Option<DeviceHandle> = machine.handle(device) else { return held };
    let mut after: Option<LinkHandle> = None;
    while let Some(link) = model.next_supplier(handle, after) {
        after = Some(link.handle);
        // One more than the references it holds.
        if link.rpm_active > 1
            && let Some(info) = model.device_info(link.supplier)
            && (info.number as usize) < machine.facts.names.len()
        {
            let by = link.declared.map_or(String::new(), |declared| match declared.name {
                "" => declared.subsystem.to_string(),
                name => format!("{} {name}", declared.subsystem),
            });
            held.push((info.number as usize, by));
        }
    }
    held
}
