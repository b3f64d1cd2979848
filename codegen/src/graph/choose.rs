//! What a graph is to show.

use std::fmt;

use super::Graph;
use crate::lower::LinkClass;
use crate::report::did_you_mean;

/// Above so many pairs of devices a picture shows what matters first, unless it is told otherwise.
const MANY: usize = 150;

/// What a graph is to show.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Only this device and who has to do with it.
    pub focus: Option<Focus>,
    /// Only edges of these subsystems, and the devices that they connect; all if empty.
    pub subsystems: Vec<String>,
    /// Disabled devices, too.
    pub disabled: bool,
    /// References that make no link, too.
    pub ignored: bool,
    /// Power domains, and devices with what sits on them, that are to be one; `all`: all outer power domains.
    pub collapse: Vec<String>,
    /// Without edges that follow from others, and without those that give way to one the other way.
    pub reduce: Reduce,
}

/// A device in the middle.
#[derive(Clone, Debug)]
pub struct Focus {
    /// Its name.
    pub device: String,
    /// At most so many edges away; `None`: all that it needs and all that need it.
    pub depth: Option<usize>,
    /// Which way to look.
    pub direction: Direction,
}

/// Which way edges are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// To suppliers and theirs, and to consumers and theirs.
    #[default]
    Both,
    /// To suppliers.
    Suppliers,
    /// To consumers.
    Consumers,
}

/// Are edges that follow from others left out?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduce {
    /// If there are many.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// Why a choice cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoiceError {
    /// There is no device of that name.
    NoDevice {
        /// As it was given.
        name: String,
        /// What it may have meant.
        help: Option<String>,
    },
    /// No edge is of that subsystem.
    NoSubsystem {
        /// As it was given.
        name: String,
        /// What it may have meant.
        help: Option<String>,
    },
    /// It is neither a power domain nor a device that others sit on.
    NoGroup {
        /// As it was given.
        name: String,
        /// What it may have meant.
        help: Option<String>,
    },
}

impl ChoiceError {
    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        let (Self::NoDevice { help, .. } | Self::NoSubsystem { help, .. } | Self::NoGroup { help, .. }) = self;
        help.as_deref()
    }
}

impl fmt::Display for ChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDevice { name, .. } => write!(f, "there is no device `{name}`"),
            Self::NoSubsystem { name, .. } => write!(f, "no reference is of a subsystem `{name}`"),
            Self::NoGroup { name, .. } => {
                write!(f, "`{name}` is neither a power domain nor a device that others sit on")
            }
        }
    }
}

impl std::error::Error for ChoiceError {}

impl Choices {
    /// The part of `graph` that is to be shown, with notes on what is not.
    ///
    /// # Errors
    /// [`ChoiceError`] for names that mean nothing.
    pub fn apply(&self, graph: &Graph) -> Result<Graph, ChoiceError> {
        let mut graph = graph.clone();
        let focus = self.focus.as_ref().map(|focus| Ok((focus, graph.device(&focus.device)?))).transpose()?;
        if !self.subsystems.is_empty() {
            graph.keep_subsystems(&self.subsystems, focus.map(|(_, device)| device))?;
        }
        if !self.ignored {
            let before = graph.edges.len();
            let devices = &graph.devices;
            // What a disabled device refers to is shown with it.
            graph.edges.retain(|edge| edge.class != LinkClass::Ignore || !devices[edge.consumer].enabled);
            graph.note(
                before - graph.edges.len(),
                "reference that makes no link is",
                "references that make no link are",
            );
        }
        if let Some((focus, device)) = focus {
            graph.devices[device].focus = true;
            graph.keep_near(device, focus);
        }
        if !self.disabled {
            let kept: Vec<bool> = graph.devices.iter().map(|device| device.enabled || device.focus).collect();
            let gone = graph.keep_devices(&kept);
            graph.note(gone, "disabled device is", "disabled devices are");
        }
        graph.collapse(&self.collapse)?;
        let pairs = || {
            let mut pairs: Vec<(usize, usize)> =
                graph.edges.iter().map(|edge| (edge.consumer, edge.supplier)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            pairs.len()
        };
        if self.reduce == Reduce::Always || (self.reduce == Reduce::Auto && pairs() > MANY) {
            let gone = graph.drop_returns();
            graph.note(
                gone,
                "edge that gives way to one the other way is",
                "edges that give way to one the other way are",
            );
            let gone = graph.reduce();
            graph.note(gone, "edge that follows from others is", "edges that follow from others are");
        }
        Ok(graph)
    }
}

impl Graph {
    fn note(&mut self, count: usize, one: &str, many: &str) {
        match count {
            0 => {}
            1 => self.notes.push(format!("1 {one} not shown")),
            _ => self.notes.push(format!("{count} {many} not shown")),
        }
    }

    /// The device of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn device(&self, name: &str) -> Result<usize, ChoiceError> {
        self.find(name).ok_or_else(|| ChoiceError::NoDevice {
            name: name.to_string(),
            help: did_you_mean(name, self.devices.iter().map(|device| device.name.as_str())),
        })
    }

    fn keep_subsystems(&mut self, names: &[String], focus: Option<usize>) -> Result<(), ChoiceError> {
        let known: Vec<String> = self.subsystems().into_iter().map(|(name, _)| name.to_string()).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            let help = did_you_mean(name, known.iter().map(String::as_str));
            let list = || format!("it has {}", known.join(", "));
            return Err(ChoiceError::NoSubsystem {
                name: name.clone(),
                help: help.or_else(|| (!known.is_empty()).then(list)),
            });
        }
        let before = self.edges.len();
        self.edges.retain(|edge| names.contains(&edge.subsystem));
        self.note(before - self.edges.len(), "edge of another subsystem is", "edges of other subsystems are");
        let mut kept = vec![false; self.devices.len()];
        for edge in &self.edges {
            (kept[edge.consumer], kept[edge.supplier]) = (true, true);
        }
        focus.into_iter().for_each(|device| kept[device] = true);
        // Numbers stay valid for the focus: what is taken away here is hidden by `keep_near` otherwise.
        if focus.is_none() {
            let gone = self.keep_devices(&kept);
            self.note(gone, "device without such an edge is", "devices without such an edge are");
        }
        let contained: Vec<usize> = self.edges.iter().filter(|edge| edge.contains).map(|edge| edge.consumer).collect();
        for (index, device) in self.devices.iter_mut().enumerate() {
            device.domain = device.domain.filter(|_| contained.contains(&index));
        }
        self.drop_empty_domains();
        Ok(())
    }

    /// Only what is near a device.
    fn keep_near(&mut self, center: usize, focus: &Focus) {
        let mut kept = vec![false; self.devices.len()];
        kept[center] = true;
        let mut along = |from: fn(&super::Edge) -> (usize, usize)| {
            let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.devices.len()];
            for edge in &self.edges {
                let (near, far) = from(edge);
                next[near].push(far);
            }
            let mut reached = vec![false; self.devices.len()];
            let mut at = vec![center];
            let mut depth = 0;
            while !at.is_empty() && focus.depth.is_none_or(|most| depth < most) {
                let found: Vec<usize> = at.iter().flat_map(|&device| next[device].iter().copied()).collect();
                at = found.into_iter().filter(|&other| !std::mem::replace(&mut reached[other], true)).collect();
                at.iter().for_each(|&device| kept[device] = true);
                depth += 1;
            }
        };
        if focus.direction != Direction::Consumers {
            along(|edge| (edge.consumer, edge.supplier));
        }
        if focus.direction != Direction::Suppliers {
            along(|edge| (edge.supplier, edge.consumer));
        }
        let gone = self.keep_devices(&kept);
        let name = &focus.device;
        let far = if focus.depth.is_some() { "farther from" } else { "not connected with" };
        self.note(gone, &format!("device {far} {name} is"), &format!("devices {far} {name} are"));
    }

    /// Take all other devices away, with their edges; how many these are.
    pub(super) fn keep_devices(&mut self, kept: &[bool]) -> usize {
        let mut number = vec![None; kept.len()];
        let mut count = 0;
        for (device, _) in kept.iter().enumerate().filter(|(_, kept)| **kept) {
            number[device] = Some(count);
            count += 1;
        }
        let gone = kept.len() - count;
        let mut at = 0;
        self.devices.retain(|_| {
            at += 1;
            kept[at - 1]
        });
        self.edges.retain_mut(|edge| {
            let (Some(consumer), Some(supplier)) = (number[edge.consumer], number[edge.supplier]) else { return false };
            (edge.consumer, edge.supplier) = (consumer, supplier);
            true
        });
        // A box needs its provider, which a member's edge keeps; whose edge is gone is in no box.
        let kept_domains: Vec<usize> =
            (0..self.domains.len()).filter(|&domain| number[self.domains[domain].provider].is_some()).collect();
        self.keep_domains(&kept_domains);
        for domain in &mut self.domains {
            domain.provider = number[domain.provider].unwrap_or_default();
        }
        self.drop_empty_domains();
        gone
    }

    /// Boxes around nothing.
    pub(super) fn drop_empty_domains(&mut self) {
        let mut used = vec![false; self.domains.len()];
        for device in &self.devices {
            let mut at = device.domain;
            while let Some(domain) = at.filter(|&domain| !used[domain]) {
                used[domain] = true;
                at = self.domains[domain].parent;
            }
        }
        let kept: Vec<usize> = (0..self.domains.len()).filter(|&domain| used[domain]).collect();
        self.keep_domains(&kept);
    }
}
