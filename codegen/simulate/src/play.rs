//! The clock: whatever is next happens, until the end.

use linkwright::context::{Task, host_task};
use linkwright::device::{Context, SleepRequest};
use linkwright_codegen::lower::Domain;
use linkwright_codegen::lower::Soc;
use linkwright_codegen::scenario::{Action, Scenario, Variant};

use super::facts::Facts;
use super::hardware::{Switch, Unpowered};
use super::machine::Machine;
use super::record::{Lane, Recorder};
use super::uses::{self, Standing};
use super::world;

/// What one variant did.
pub(super) struct Run {
    pub(super) lanes: Vec<Lane>,
    /// When the system slept, from and to.
    pub(super) asleep: Vec<(u64, u64)>,
    pub(super) devices: Vec<Switch>,
    pub(super) domains: Vec<(Domain, Switch)>,
    /// For each use: periods that came, and that were lost.
    pub(super) periods: Vec<(u64, u64)>,
    pub(super) visits: u64,
    pub(super) unpowered: u64,
    pub(super) first_unpowered: Vec<Unpowered>,
    /// What went wrong with drivers and with system sleep.
    pub(super) failures: Vec<String>,
}

/// Play a scenario in one variant.
///
/// # Errors
/// What the model refused.
pub(super) fn play(soc: &Soc, facts: Facts, scenario: &Scenario, variant: &Variant) -> Result<Run, String> {
    host_task(|task| {
        let task = &*task;
        let machine = world::build(Context::sleepable(task), facts, soc, variant)?;
        let mut player =
            Player { machine, recorder: Recorder::new(&machine.facts, &scenario.show), asleep: Vec::new() };
        player.settle(task);
        for event in &scenario.events {
            player.run_to(task, event.at);
            player.act(task, &event.action);
        }
        player.run_to(task, scenario.end);
        Ok(player.finish(scenario.end))
    })
}

struct Player {
    machine: &'static Machine,
    recorder: Recorder,
    asleep: Vec<(u64, u64)>,
}

impl Player {
    /// Let everything that follows from what happened happen, and look.
    fn settle(&mut self, task: &Task<'_>) {
        self.machine.model().run_pending(Context::sleepable(task));
        self.recorder.look(self.machine);
    }

    /// Let time pass.
    fn run_to(&mut self, task: &Task<'_>, until: u64) {
        loop {
            let timer = self.machine.model().next_deadline();
            let next = [timer, uses::due(self.machine)].into_iter().flatten().min();
            let Some(next) = next.filter(|&next| next <= until) else { break };
            self.machine.advance_to(next.max(self.machine.now()));
            self.settle(task);
            uses::attend(self.machine);
            self.settle(task);
        }
        self.machine.advance_to(until.max(self.machine.now()));
    }

    fn act(&mut self, task: &Task<'_>, action: &Action) {
        match action {
            Action::Start { which, period, length } => uses::start(self.machine, task, *which, *period, *length),
            Action::Resume(which) => which.iter().for_each(|&which| uses::go(self.machine, task, which)),
            Action::Pause(which) => which.iter().for_each(|&which| uses::halt(self.machine, which, Standing::Paused)),
            Action::Stop(which) => which.iter().for_each(|&which| uses::halt(self.machine, which, Standing::Idle)),
            Action::Suspend(length) => self.sleep(task, *length),
        }
        self.settle(task);
    }

    fn sleep(&mut self, task: &Task<'_>, length: u64) {
        let (machine, recorder) = (self.machine, &mut self.recorder);
        let from = machine.now();
        let mut enter = || {
            recorder.look(machine);
            machine.advance_to(from.saturating_add(length));
        };
        let result = machine.model().system_sleep(Context::sleepable(task), &SleepRequest::default(), &mut enter);
        match result {
            Ok(()) => self.asleep.push((from, from.saturating_add(length))),
            Err(error) => machine.fail(error.to_string()),
        }
    }

    fn finish(self, end: u64) -> Run {
        let machine = self.machine;
        let periods = machine.uses().iter().map(|used| (used.periods, used.lost)).collect();
        let mut hardware = machine.hardware();
        let domains = machine.facts.domains.iter().cloned().zip(hardware.domains.iter().copied());
        Run {
            lanes: self.recorder.finish(end),
            asleep: self.asleep,
            devices: hardware.devices.clone(),
            domains: domains.collect(),
            periods,
            visits: hardware.visits,
            unpowered: hardware.unpowered,
            first_unpowered: std::mem::take(&mut hardware.first_unpowered),
            failures: machine.take_failures(),
        }
    }
}
