//! Who needs whom, for people: as pictures (SVG, Graphviz, Mermaid), as data (JSON), and in words.
//!
//! [`Graph::new`] takes a resolved soc; [`Choices::apply`] leaves out what was not asked for and says so in
//! [`Graph::notes`]; then [`svg()`], [`dot()`], [`mermaid()`] and [`json()`] write the same devices and edges, each edge
//! once.

mod choose;
mod collapse;
mod dot;
mod explain;
mod json;
mod layout;
mod mermaid;
mod order;
mod order_text;
mod palette;
mod reduce;
mod resolve;
mod svg;
mod words;

use crate::lower::LinkClass;
use crate::spec::SleepPhase;

pub use choose::{ChoiceError, Choices, Direction, Focus, Reduce};
pub use dot::dot;
pub use explain::{Chain, Explanation, explain};
pub use json::json;
pub use mermaid::mermaid;
pub use order::{Circle, Order, Step, order};
pub use svg::{Lanes, svg};

/// Devices of a soc and who needs whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Name of the soc.
    pub soc: String,
    /// What it is.
    pub doc: String,
    /// Its spec file.
    pub file: String,
    /// In the order of the spec.
    pub devices: Vec<Device>,
    /// In the order of their consumers; the references of a device in the order of its ip.
    pub edges: Vec<Edge>,
    /// Power domains, each after the one that it is in.
    pub domains: Vec<Domain>,
    /// What is not in it, in sentences without a full stop.
    pub notes: Vec<String>,
}

/// A device, or several that were made one.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Name.
    pub name: String,
    /// Name of its ip.
    pub ip: String,
    /// What it is.
    pub doc: String,
    /// Does it take part?
    pub enabled: bool,
    /// Its place in the probe order, from 0; `None` if it takes no part.
    pub probe: Option<usize>,
    /// Its place in the sleep order, from 0.
    pub sleep: Option<usize>,
    /// The phase of system suspend in which it goes to sleep; `None` if all go in one.
    pub phase: Option<SleepPhase>,
    /// Index of the power domain it is in.
    pub domain: Option<usize>,
    /// What was made one: names of devices; empty for a single one.
    pub members: Vec<String>,
    /// The picture is about this one.
    pub focus: bool,
}

/// Consumer needs supplier.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Index of the consumer.
    pub consumer: usize,
    /// Index of the supplier.
    pub supplier: usize,
    /// Name of the subsystem; `parent` for a parent.
    pub subsystem: String,
    /// Name of the reference; empty for an unnamed one.
    pub name: String,
    /// What is asked for: `PCLK_UART0`, `16`; empty if there is nothing to choose.
    pub resource: String,
    /// How strong it is.
    pub class: LinkClass,
    /// The supplier is resumed before the consumer and released after it.
    pub runtime_pm: bool,
    /// The consumer is probed without the supplier.
    pub post_init: bool,
    /// Its part in a circle.
    pub circle: InCircle,
    /// It puts the consumer into the power domain that [`Device::domain`] names.
    pub contains: bool,
    /// `file:line` where it is declared.
    pub place: String,
}

/// What a link has to do with devices that need each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InCircle {
    /// Nothing.
    No,
    /// It is one of the links of a circle that has no order.
    Member,
    /// If this link gives way, there is an order: it is the proposed cut.
    Cut,
    /// It gives way, because it is optional or not needed to probe.
    GivesWay,
}

/// A power domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// The provider's name, or `provider/resource` if it provides several.
    pub name: String,
    /// Index of the device that provides it.
    pub provider: usize,
    /// The provider provides only this one, so that the domain stands for it.
    pub sole: bool,
    /// Index of the domain that it is in.
    pub parent: Option<usize>,
}

impl Edge {
    /// `clk apb_pclk`
    pub fn what(&self) -> String {
        format!("{} {}", self.subsystem, self.name).trim_end().to_string()
    }

    /// Does the consumer come after the supplier?
    pub fn orders(&self) -> bool {
        self.class != LinkClass::Ignore && !matches!(self.circle, InCircle::Cut | InCircle::GivesWay)
    }
}

impl Graph {
    /// Where a device is drawn: within the box that stands for it, else in that of its domain.
    fn home(&self, device: usize) -> Option<usize> {
        let own = self.domains.iter().position(|domain| domain.sole && domain.provider == device);
        own.or(self.devices[device].domain)
    }

    /// The number of the device of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.devices.iter().position(|device| device.name == name || device.members.iter().any(|m| m == name))
    }

    /// Subsystems by the number of their edges, the most frequent first.
    pub fn subsystems(&self) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for edge in &self.edges {
            match counts.iter_mut().find(|(name, _)| *name == edge.subsystem) {
                Some((_, count)) => *count += 1,
                None => counts.push((&edge.subsystem, 1)),
            }
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts
    }

    /// For each device how many rounds of probing come before its own, if all that can be probed at a time are: 0 for
    /// a device that needs nothing.
    pub fn probe_rounds(&self) -> Vec<usize> {
        self.rounds(Edge::orders, |edge| (edge.supplier, edge.consumer))
    }

    /// For each device how many rounds of suspending come before its own: 0 for one that nobody needs.
    pub fn sleep_rounds(&self) -> Vec<usize> {
        self.rounds(|edge| self.orders_sleep(edge), |edge| (edge.consumer, edge.supplier))
    }

    /// Does the consumer go to sleep before the supplier because of it?
    pub fn orders_sleep(&self, edge: &Edge) -> bool {
        edge.orders() && !self.sleeps_in_later_phase(edge.consumer, edge.supplier)
    }

    fn sleeps_in_later_phase(&self, device: usize, other: usize) -> bool {
        let [one, two] = [device, other].map(|device| self.devices[device].phase);
        one.zip(two).is_some_and(|(one, two)| one > two)
    }

    /// The longest way to each device along edges that order.
    fn rounds(&self, orders: impl Fn(&Edge) -> bool, ends: impl Fn(&Edge) -> (usize, usize)) -> Vec<usize> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.devices.len()];
        let mut missing = vec![0_usize; self.devices.len()];
        for edge in self.edges.iter().filter(|edge| orders(edge)) {
            let (first, second) = ends(edge);
            if first != second {
                next[first].push(second);
                missing[second] += 1;
            }
        }
        let mut rounds = vec![0; self.devices.len()];
        let mut ready: Vec<usize> = (0..self.devices.len()).filter(|&device| missing[device] == 0).collect();
        while let Some(device) = ready.pop() {
            for &other in &next[device] {
                rounds[other] = rounds[other].max(rounds[device] + 1);
                missing[other] -= 1;
                if missing[other] == 0 {
                    ready.push(other);
                }
            }
        }
        rounds
    }
}
