//! What is told of a simulation: numbers.

use std::collections::BTreeSet;

use linkwright_codegen::lower::Soc;
use linkwright_codegen::scenario::{Action, Consumption, Scenario, Use, Variant};

use super::hardware::{Switch, Unpowered};
use super::observe::Observer;
use super::play::Run;
use super::record::{Lane, Level, Subject};

/// All variants of a scenario.
pub struct Report {
    /// The soc.
    pub(crate) soc: String,
    /// The scenario.
    pub(crate) scenario: String,
    /// What it shows: its first line.
    pub(crate) doc: String,
    /// Length in nanoseconds; so is every time here.
    pub(crate) end: u64,
    /// What happens and when, in a word or two.
    pub(crate) events: Vec<(u64, String)>,
    pub(crate) variants: Vec<Outcome>,
}

/// One variant.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) doc: String,
    /// When the system slept, from and to.
    pub(crate) asleep: Vec<(u64, u64)>,
    pub(crate) domains: Vec<Powered>,
    pub(crate) devices: Vec<Powered>,
    pub(crate) uses: Vec<UseOutcome>,
    /// Visits of drivers to registers, and those without power.
    pub(crate) visits: u64,
    pub(crate) unpowered: u64,
    pub(crate) first_unpowered: Vec<Unpowered>,
    pub(crate) failures: Vec<String>,
}

/// A device or a domain.
pub(crate) struct Powered {
    pub(crate) name: String,
    /// What it is: the name of its hardware block's spec.
    pub(crate) ip: String,
    pub(crate) lane: Lane,
    /// Is it one of those that the picture shows?
    pub(crate) shown: bool,
    /// Time on and off while the system was awake.
    pub(crate) on: u64,
    pub(crate) off: u64,
    /// Time on although nothing in it was used.
    pub(crate) idle: u64,
    /// How often it was switched on, and off.
    pub(crate) ups: u64,
    pub(crate) downs: u64,
    /// Nanojoules, if the scenario says what it consumes.
    pub(crate) energy: Option<u128>,
}

/// A use of a device.
pub(crate) struct UseOutcome {
    pub(crate) name: String,
    pub(crate) device: String,
    /// The DMA reference and the controller behind it.
    pub(crate) dma: Option<(String, String)>,
    pub(crate) lane: Lane,
    /// Time that it ran.
    pub(crate) ran: u64,
    pub(crate) periods: u64,
    pub(crate) lost: u64,
}

impl Outcome {
    /// Did everything happen as it should: no register used without power, no period lost, no failure?
    pub(crate) fn clean(&self) -> bool {
        self.unpowered == 0 && self.failures.is_empty() && self.uses.iter().all(|used| used.lost == 0)
    }

    /// Time that the system slept.
    pub(crate) fn slept(&self) -> u64 {
        self.asleep.iter().map(|(from, to)| to - from).sum()
    }

    /// Nanojoules of everything that the scenario says the consumption of.
    pub(crate) fn energy(&self) -> Option<u128> {
        let known: Vec<u128> = self.domains.iter().chain(&self.devices).filter_map(|powered| powered.energy).collect();
        (!known.is_empty()).then(|| known.iter().sum())
    }
}

impl Powered {
    /// Time on in thousandths of the time that the system was awake.
    pub(crate) fn per_mille(&self) -> u64 {
        per_mille(self.on, self.on + self.off)
    }
}

/// Rounded so that 1000 means all and 0 means nothing.
pub(crate) fn per_mille(part: u64, whole: u64) -> u64 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    match part {
        0 => 0,
        _ if part == whole => 1000,
        _ => (((part * 2000 + whole) / (2 * whole)) as u64).clamp(1, 999),
    }
}

impl Report {
    /// What an observer of each variant of a scenario saw; `variants` in the order of the scenario's.
    pub fn observed(soc: &Soc, scenario: &Scenario, variants: Vec<Observer>) -> Self {
        Self::new(soc, scenario, variants.into_iter().map(|observer| observer.finish(scenario.end)).collect())
    }

    /// Did everything happen as it should: no register used without power, no period lost, no failure?
    pub fn clean(&self) -> bool {
        self.variants.iter().all(Outcome::clean)
    }

    pub(super) fn new(soc: &Soc, scenario: &Scenario, runs: Vec<Run>) -> Self {
        let variants = scenario.variants.iter().zip(runs).map(|(variant, run)| outcome(soc, scenario, variant, run));
        let mut variants: Vec<Outcome> = variants.collect();
        if scenario.show.is_empty() {
            hide_idle(&mut variants);
        }
        Self {
            soc: soc.name.clone(),
            scenario: scenario.name.clone(),
            doc: scenario.doc.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_string(),
            end: scenario.end,
            events: scenario.events.iter().map(|event| (event.at, words(soc, scenario, &event.action))).collect(),
            variants,
        }
    }
}

/// A device that was never on is not worth a lane.
fn hide_idle(variants: &mut [Outcome]) {
    let devices = || variants.iter().flat_map(|outcome| &outcome.devices);
    let on: BTreeSet<String> = devices().filter(|device| device.on > 0).map(|device| device.name.clone()).collect();
    for device in variants.iter_mut().flat_map(|outcome| &mut outcome.devices) {
        device.shown &= on.contains(&device.name);
    }
}

/// `i2s0 tx`.
fn use_name(soc: &Soc, used: &Use) -> String {
    let reference = used.dma.as_ref().map_or("", |dma| dma.name.as_str());
    format!("{} {reference}", soc.devices[used.device].name).trim_end().to_string()
}

/// An event in few words; whose it is, if there are several.
fn words(soc: &Soc, scenario: &Scenario, action: &Action) -> String {
    let (what, uses): (&str, &[usize]) = match action {
        Action::Start { which, .. } => ("start", std::slice::from_ref(which)),
        Action::Pause(uses) => ("pause", uses),
        Action::Resume(uses) => ("resume", uses),
        Action::Stop(uses) => ("stop", uses),
        Action::Suspend(_) => return "system suspend".to_string(),
    };
    match (uses, scenario.uses.len()) {
        (_, 1) | ([], _) => what.to_string(),
        (which, _) => {
            let names: Vec<String> = which.iter().map(|&which| use_name(soc, &scenario.uses[which])).collect();
            format!("{what} {}", names.join(", "))
        }
    }
}

fn outcome(soc: &Soc, scenario: &Scenario, variant: &Variant, run: Run) -> Outcome {
    let name = |device: usize| soc.devices[device].name.clone();
    let consumption = |device: usize| scenario.power.iter().find(|consumption| consumption.device == device);
    let (mut devices, mut domains, mut uses) = (Vec::new(), Vec::new(), Vec::new());
    for lane in run.lanes {
        match lane.subject {
            Subject::Use(which) => {
                let used = &scenario.uses[which];
                let dma = used.dma.as_ref().map(|dma| (dma.name.clone(), name(dma.controller)));
                let device = name(used.device);
                let (periods, lost) = run.periods[which];
                let ran = lane.time(|level| matches!(level, Level::On(_)));
                uses.push(UseOutcome { name: use_name(soc, used), device, dma, lane, ran, periods, lost });
            }
            Subject::Device(device) => {
                let shown = scenario.show.is_empty() || scenario.show.contains(&device);
                let switch = run.devices[device];
                devices.push(powered(
                    [&soc.devices[device].name, &soc.devices[device].ip],
                    lane,
                    shown,
                    switch,
                    &run.asleep,
                    consumption(device),
                ));
            }
            Subject::Domain(at) => {
                let (domain, switch) = &run.domains[at];
                let concerned = uses.iter().any(|used: &UseOutcome| {
                    let in_it = |name: &str| domain.members.iter().any(|&member| soc.devices[member].name == name);
                    in_it(&used.device) || used.dma.as_ref().is_some_and(|(_, controller)| in_it(controller))
                });
                let shown = if scenario.show.is_empty() { concerned } else { scenario.show.contains(&domain.provider) };
                let consumption = consumption(domain.provider);
                domains.push(powered(
                    [&domain.name, &soc.devices[domain.provider].ip],
                    lane,
                    shown,
                    *switch,
                    &run.asleep,
                    consumption,
                ));
            }
        }
    }
    // In the order in which they are to be shown.
    if !scenario.show.is_empty() {
        let place = |wanted: &str| scenario.show.iter().position(|&device| soc.devices[device].name == wanted);
        devices.sort_by_key(|powered| place(&powered.name).unwrap_or(usize::MAX));
    }
    Outcome {
        name: variant.name.clone(),
        title: variant.title.lines().next().unwrap_or_default().trim().to_string(),
        doc: variant.doc.trim().to_string(),
        asleep: run.asleep,
        domains,
        devices,
        uses,
        visits: run.visits,
        unpowered: run.unpowered,
        first_unpowered: run.first_unpowered,
        failures: run.failures,
    }
}

fn powered(
    [name, ip]: [&String; 2],
    lane: Lane,
    shown: bool,
    switch: Switch,
    asleep: &[(u64, u64)],
    consumption: Option<&Consumption>,
) -> Powered {
    // Nothing that is on while the system sleeps changes meanwhile, so spans begin and end where sleep does, or around.
    let awake = |from: u64, to: u64| {
        let slept = asleep.iter().map(|&(begin, end)| to.min(end).saturating_sub(from.max(begin))).sum::<u64>();
        to - from - slept
    };
    let time = |so: &dyn Fn(&Level) -> bool, count: &dyn Fn(u64, u64) -> u64| -> u64 {
        lane.spans.iter().filter(|span| so(&span.level)).map(|span| count(span.from, span.to)).sum()
    };
    let is_on = |level: &Level| matches!(level, Level::On(_));
    let whole = |from: u64, to: u64| to - from;
    let on = time(&is_on, &awake);
    let off = time(&|level| !is_on(level), &awake);
    let idle = time(&|level| matches!(level, Level::On(why) if !why.needed), &awake);
    let energy = consumption.map(|consumption| {
        let at = |power: u64, nanoseconds: u64| u128::from(power) * u128::from(nanoseconds);
        let spent = at(consumption.on, time(&is_on, &whole)) + at(consumption.off, time(&|l| !is_on(l), &whole));
        // Microwatts for a nanosecond are femtojoules.
        (spent + 500_000) / 1_000_000 + u128::from(consumption.wake_up) * u128::from(switch.ups)
    });
    let (name, ip) = (name.clone(), ip.clone());
    Powered { name, ip, lane, shown, on, off, idle, ups: switch.ups, downs: switch.downs, energy }
}
