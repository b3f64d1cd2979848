//! The report of something else that plays a scenario.

use linkwright_codegen::lower::{LinkClass, Soc};
use linkwright_codegen::scenario::{Scenario, Variant};

use super::facts::Facts;
use super::hardware::Switch;
use super::play::Run;
use super::record::{Lane, Level, Recorder, Subject};
use super::why::Why;

/// How a use of a device stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not begun, over, or interrupted by system sleep.
    Idle,
    /// Running.
    Running,
    /// Paused.
    Paused,
}

/// Told what is switched and when by something that plays a variant of a scenario, it makes the report that
/// [`simulate`](super::simulate) makes of its own play: see [`Report::observed`](super::Report::observed).
///
/// Devices and uses are indices of the soc's and of the scenario's. Times are nanoseconds from the beginning of the
/// scenario and never go back. In the beginning nothing runs, devices are off and domains are on. Why something is on is
/// not told; it counts as needed while a use runs of a device that needs it by the spec.
pub struct Observer {
    facts: Facts,
    /// For each use, its device and all that this one needs while it is on.
    reach: Vec<Vec<bool>>,
    now: u64,
    lanes: Vec<Lane>,
    devices: Vec<Switch>,
    domains: Vec<Switch>,
    standing: Vec<Standing>,
    /// For each use, periods that came, and that were lost.
    periods: Vec<(u64, u64)>,
    asleep: Vec<(u64, u64)>,
    accesses: u64,
    unpowered: u64,
    failures: Vec<String>,
}

impl Observer {
    /// Nothing has happened yet.
    pub fn new(soc: &Soc, scenario: &Scenario, variant: &Variant) -> Self {
        let facts = Facts::new(soc, scenario, variant);
        let lanes = Recorder::new(&facts, &scenario.show).lanes;
        let mut observer = Self {
            reach: scenario.uses.iter().map(|used| reach(soc, used.device)).collect(),
            now: 0,
            lanes,
            devices: vec![Switch::new(false); facts.names.len()],
            domains: vec![Switch::new(true); facts.domains.len()],
            standing: vec![Standing::Idle; scenario.uses.len()],
            periods: vec![(0, 0); scenario.uses.len()],
            asleep: Vec::new(),
            accesses: 0,
            unpowered: 0,
            failures: Vec::new(),
            facts,
        };
        observer.look();
        observer
    }

    /// Time passes.
    pub fn advance_to(&mut self, now: u64) {
        self.now = now.max(self.now);
    }

    /// A device was switched. Nothing happens if it was so already.
    pub fn device(&mut self, device: usize, on: bool) {
        if let Some(switch) = self.devices.get_mut(device) {
            switch.set(on);
            self.look();
        }
    }

    /// All domains of this provider were switched.
    pub fn domain(&mut self, provider: usize, on: bool) {
        for (domain, switch) in self.facts.domains.iter().zip(&mut self.domains) {
            if domain.provider == provider {
                switch.set(on);
            }
        }
        self.look();
    }

    /// A use stands so from now on.
    pub fn stands(&mut self, which: usize, standing: Standing) {
        if let Some(before) = self.standing.get_mut(which) {
            *before = standing;
            self.look();
        }
    }

    /// A period of a use is over: it came, or was lost.
    pub fn period(&mut self, which: usize, came: bool) {
        if let Some((came_so_far, lost)) = self.periods.get_mut(which) {
            *(if came { came_so_far } else { lost }) += 1;
        }
    }

    /// The system slept until now.
    pub fn slept_since(&mut self, from: u64) {
        self.asleep.push((from, self.now));
    }

    /// Registers were used so often altogether, so often of these without power.
    pub fn registers(&mut self, accesses: u64, unpowered: u64) {
        self.accesses = accesses;
        self.unpowered = unpowered;
    }

    /// Something went wrong that no scenario should bring about.
    pub fn failed(&mut self, what: String) {
        self.failures.push(what);
    }

    fn needed(&self, device: usize) -> bool {
        let runs = |(standing, reach): (&Standing, &Vec<bool>)| *standing == Standing::Running && reach[device];
        self.devices[device].on && self.standing.iter().zip(&self.reach).any(runs)
    }

    fn domain_needed(&self, domain: usize) -> bool {
        let around = |inner: &usize| self.facts.domains[*inner].outer.contains(&domain);
        self.facts.domains[domain].members.iter().any(|&member| self.needed(member))
            || (0..self.domains.len()).filter(around).any(|inner| self.domain_needed(inner))
    }

    fn look(&mut self) {
        let level = |subject: Subject| {
            let on = |on: bool, needed: bool| match on {
                true => Level::On(Why { needed, text: String::new() }),
                false => Level::Off,
            };
            match subject {
                Subject::Use(which) => match self.standing[which] {
                    Standing::Idle => Level::Off,
                    Standing::Running => on(true, true),
                    Standing::Paused => Level::Paused,
                },
                Subject::Device(device) => on(self.devices[device].on, self.needed(device)),
                Subject::Domain(domain) => on(self.domains[domain].on, self.domain_needed(domain)),
            }
        };
        let levels: Vec<Level> = self.lanes.iter().map(|lane| level(lane.subject)).collect();
        for (lane, level) in self.lanes.iter_mut().zip(levels) {
            lane.see(self.now, level);
        }
    }

    pub(super) fn finish(mut self, end: u64) -> Run {
        self.lanes.iter_mut().for_each(|lane| lane.finish(end));
        Run {
            lanes: self.lanes,
            asleep: self.asleep,
            devices: self.devices,
            domains: self.facts.domains.iter().cloned().zip(self.domains).collect(),
            periods: self.periods,
            visits: self.accesses,
            unpowered: self.unpowered,
            first_unpowered: Vec::new(),
            failures: self.failures,
        }
    }
}

/// The device, and what has to be on while it is.
fn reach(soc: &Soc, device: usize) -> Vec<bool> {
    let mut reached = vec![false; soc.devices.len()];
    let mut open = vec![device];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut reached[at], true) {
            continue;
        }
        open.extend(soc.devices[at].parent);
        let edges = soc.edges.iter().filter(|edge| edge.consumer == at);
        open.extend(edges.filter(|edge| edge.runtime_pm && edge.class != LinkClass::Ignore).map(|edge| edge.supplier));
    }
    reached
}
