//! What was seen: for each lane of the picture, when it was on and why.

use super::facts::Facts;
use super::machine::Machine;
use super::uses::Standing;
use super::why::{Causes, Why};

/// What a lane is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// A use of a device, by number.
    Use(usize),
    /// A device.
    Device(usize),
    /// A power domain.
    Domain(usize),
}

/// How a lane's subject stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// Off, or not running.
    Off,
    /// A use that stands still for a while.
    Paused,
    /// On, and why.
    On(Why),
}

/// A piece of time, in nanoseconds, in which nothing changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) level: Level,
}

/// A subject over time: spans without gaps from the beginning to the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lane {
    pub(crate) subject: Subject,
    pub(crate) spans: Vec<Span>,
}

impl Lane {
    /// Time in which it was so.
    pub(crate) fn time(&self, so: impl Fn(&Level) -> bool) -> u64 {
        self.spans.iter().filter(|span| so(&span.level)).map(|span| span.to - span.from).sum()
    }

    /// From now on it is so.
    pub(super) fn see(&mut self, now: u64, level: Level) {
        match self.spans.last_mut() {
            // What lasts no time is not seen.
            Some(last) if last.from == now => last.level = level,
            Some(last) if last.level == level => {}
            Some(last) => {
                last.to = now;
                self.spans.push(Span { from: now, to: now, level });
            }
            None => self.spans.push(Span { from: now, to: now, level }),
        }
    }

    /// It is over.
    pub(super) fn finish(&mut self, end: u64) {
        if let Some(last) = self.spans.last_mut() {
            last.to = end;
        }
        self.spans.retain(|span| span.to > span.from);
        self.spans.dedup_by(|next, kept| {
            let same = next.level == kept.level;
            if same {
                kept.to = next.to;
            }
            same
        });
    }
}

/// At most so many devices are looked at because they share a domain with one that is used.
const NEIGHBOURS: usize = 100;

/// All lanes while they are drawn.
pub(super) struct Recorder {
    pub(super) lanes: Vec<Lane>,
    /// Changes of the machine that were seen.
    seen: Option<(u64, u64)>,
}

impl Recorder {
    /// Every use and every domain, and the devices that matter: those in use, their controllers, what is in a domain
    /// with them, and those that are to be shown.
    pub(super) fn new(facts: &Facts, show: &[usize]) -> Self {
        let mut devices: Vec<usize> = Vec::new();
        let mut add = |device: usize| {
            if !devices.contains(&device) && !facts.is_provider(device) {
                devices.push(device);
            }
        };
        for used in &facts.uses {
            let controller = used.dma.as_ref().map(|dma| dma.controller);
            for device in [Some(used.device), controller].into_iter().flatten() {
                add(device);
                let members = facts.domains_of[device].iter().flat_map(|&domain| &facts.domains[domain].members);
                members.take(NEIGHBOURS).for_each(|&member| add(member));
            }
        }
        show.iter().for_each(|&device| add(device));
        let subjects = (0..facts.uses.len()).map(Subject::Use).chain(devices.into_iter().map(Subject::Device));
        let subjects = subjects.chain((0..facts.domains.len()).map(Subject::Domain));
        Self { lanes: subjects.map(|subject| Lane { subject, spans: Vec::new() }).collect(), seen: None }
    }

    /// Look at the machine as it is now, and takes it to stay so until the next look.
    pub(super) fn look(&mut self, machine: &Machine) {
        let (now, switched) = {
            let hardware = machine.hardware();
            (hardware.now, hardware.changes)
        };
        let stood = machine.uses().iter().map(|used| used.changes).sum();
        if self.seen == Some((switched, stood)) {
            return;
        }
        self.seen = Some((switched, stood));
        let causes = Causes::now(machine);
        for lane in &mut self.lanes {
            let level = level(machine, &causes, lane.subject);
            lane.see(now, level);
        }
    }

    /// It is over.
    pub(super) fn finish(mut self, end: u64) -> Vec<Lane> {
        self.lanes.iter_mut().for_each(|lane| lane.finish(end));
        self.lanes
    }
}

fn level(machine: &Machine, causes: &Causes, subject: Subject) -> Level {
    match subject {
        Subject::Use(which) => match machine.uses()[which].standing {
            Standing::Idle => Level::Off,
            Standing::Running => Level::On(Why { needed: true, text: "runs".to_string() }),
            Standing::Paused => Level::Paused,
            Standing::Asleep => Level::Off,
        },
        Subject::Device(device) => {
            let on = machine.hardware().devices[device].on;
            if on { Level::On(causes.of_device(machine, device)) } else { Level::Off }
        }
        Subject::Domain(domain) => {
            let on = machine.hardware().domains[domain].on;
            if on { Level::On(causes.of_domain(machine, domain)) } else { Level::Off }
        }
    }
}
