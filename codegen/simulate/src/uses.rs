//! How drivers use their devices: transfers that run, and the power they hold meanwhile.
//!
//! A driver takes a guard of its device before it uses it, and a transfer holds a share of that guard: links keep the
//! DMA controller on. If the controller's driver is irq-safe it does what such drivers do instead: take the
//! controller's own count when a transfer is issued, in atomic context, and give it back at the end.

use linkwright::context::Task;
use linkwright::device::Context;
use linkwright::power::{DeviceId, Grant, PowerCore};
use linkwright_codegen::scenario::Use;

use super::machine::Machine;

/// How a use stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Idle,
    Running,
    Paused,
    /// The system sleeps; it goes on afterwards.
    Asleep,
}

/// What a transfer holds while it runs.
enum Hold {
    /// A share of the driver's guard. Given back by being dropped.
    Share { _guard: Grant },
    /// A count of its irq-safe controller.
    Controller(usize),
}

/// A use of a device.
pub(super) struct Running {
    what: Use,
    pub(super) standing: Standing,
    period: u64,
    /// When the period is over, while it runs; else how much of it is left.
    rest: u64,
    /// When the use is over, while it runs; else how long it still lasts.
    left: Option<u64>,
    /// Device and controller have had power since the transfer was started.
    alive: bool,
    guard: Option<Grant>,
    hold: Option<Hold>,
    pub(super) periods: u64,
    pub(super) lost: u64,
    /// Counts changes of `standing`.
    pub(super) changes: u64,
}

impl Running {
    pub(super) fn new(what: Use) -> Self {
        Self {
            what,
            standing: Standing::Idle,
            period: 0,
            rest: 0,
            left: None,
            alive: false,
            guard: None,
            hold: None,
            periods: 0,
            lost: 0,
            changes: 0,
        }
    }

    fn controller(&self) -> Option<usize> {
        self.what.dma.as_ref().map(|dma| dma.controller)
    }

    fn stand(&mut self, standing: Standing) {
        self.standing = standing;
        self.changes += 1;
    }
}

/// Begin a use.
pub(super) fn start(machine: &'static Machine, task: &Task<'_>, which: usize, period: u64, length: Option<u64>) {
    let mut uses = machine.uses();
    uses[which].period = period;
    uses[which].rest = period;
    uses[which].left = length;
    drop(uses);
    go(machine, task, which);
}

/// Let a use that stands still run.
pub(super) fn go(machine: &'static Machine, task: &Task<'_>, which: usize) {
    let (device, controller) = {
        let uses = machine.uses();
        (uses[which].what.device, uses[which].controller())
    };
    let core: &'static dyn PowerCore = machine.model();
    let guard = match u16::try_from(device).map(|id| Grant::resume(task, core, DeviceId::new(id))) {
        Ok(Ok(guard)) => Some(guard),
        Ok(Err(error)) => {
            machine.fail(format!("{} was not started: {error}", machine.facts.use_name(which)));
            None
        }
        Err(_) => None,
    };
    let mut hold = None;
    if let Some(guard) = &guard {
        machine.visit(device);
        if let Some(controller) = controller {
            hold = issue(machine, guard, controller);
            machine.visit(controller);
        }
    }
    let now = machine.now();
    let alive = guard.is_some() && has_power(machine, device, controller);
    let mut uses = machine.uses();
    let used = &mut uses[which];
    used.guard = guard;
    used.hold = hold;
    used.alive = alive;
    used.rest += now;
    used.left = used.left.map(|left| left + now);
    used.stand(Standing::Running);
}

/// What a transfer takes when it is issued. Atomic.
fn issue(machine: &Machine, guard: &Grant, controller: usize) -> Option<Hold> {
    if !machine.facts.irq_safe[controller] {
        return Some(Hold::Share { _guard: guard.share() });
    }
    let handle = machine.handle(controller)?;
    if let Err(error) = machine.model().get_sync(Context::atomic(), handle) {
        machine.fail(format!("{} did not resume in atomic context: {error}", machine.facts.names[controller]));
    }
    Some(Hold::Controller(controller))
}

/// Stop a use, for good or for a while.
pub(super) fn halt(machine: &Machine, which: usize, standing: Standing) {
    let now = machine.now();
    let (device, controller, guard, hold) = {
        let mut uses = machine.uses();
        let used = &mut uses[which];
        if used.standing == Standing::Running {
            used.rest = used.rest.saturating_sub(now);
            used.left = used.left.map(|left| left.saturating_sub(now));
        }
        used.stand(standing);
        (used.what.device, used.controller(), used.guard.take(), used.hold.take())
    };
    // A use that stands still already, or never began, has nothing to stop.
    if guard.is_none() {
        return;
    }
    if let Some(controller) = controller {
        machine.visit(controller);
    }
    if let Some(Hold::Controller(controller)) = &hold
        && let Some(handle) = machine.handle(*controller)
    {
        let _ = machine.model().put(handle);
    }
    drop(hold);
    machine.visit(device);
    drop(guard);
}

/// When a running use needs attention next.
pub(super) fn due(machine: &Machine) -> Option<u64> {
    let uses = machine.uses();
    let running = uses.iter().filter(|used| used.standing == Standing::Running);
    running.map(|used| used.left.map_or(used.rest, |left| left.min(used.rest))).min()
}

/// Periods that are over now, then uses that are.
pub(super) fn attend(machine: &'static Machine) {
    let now = machine.now();
    for which in 0..machine.facts.uses.len() {
        let (visited, over) = {
            let mut uses = machine.uses();
            let used = &mut uses[which];
            if used.standing != Standing::Running {
                continue;
            }
            let period = used.rest <= now;
            if period {
                used.rest += used.period;
                used.periods += u64::from(used.alive);
                used.lost += u64::from(!used.alive);
            }
            // Without a guard the driver has given up.
            let visited = used.controller().unwrap_or(used.what.device);
            ((period && used.guard.is_some()).then_some(visited), used.left.is_some_and(|left| left <= now))
        };
        if let Some(device) = visited {
            machine.visit(device);
        }
        if over {
            halt(machine, which, Standing::Idle);
        }
    }
}

fn has_power(machine: &Machine, device: usize, controller: Option<usize>) -> bool {
    let mut hardware = machine.hardware();
    hardware.powered(&machine.facts, device)
        && controller.is_none_or(|controller| hardware.powered(&machine.facts, controller))
}

/// Something was switched off: a transfer through it is lost.
pub(super) fn power_went(machine: &Machine) {
    let running: Vec<_> = {
        let uses = machine.uses();
        let alive = |(_, used): &(usize, &Running)| used.standing == Standing::Running && used.alive;
        uses.iter().enumerate().filter(alive).map(|(at, used)| (at, used.what.device, used.controller())).collect()
    };
    for (which, device, controller) in running {
        if !has_power(machine, device, controller) {
            machine.uses()[which].alive = false;
        }
    }
}

fn of_device(machine: &Machine, device: usize, standing: Standing) -> Vec<usize> {
    let uses = machine.uses();
    let is = |used: &Running| used.what.device == device && used.standing == standing;
    uses.iter().enumerate().filter(|(_, used)| is(used)).map(|(which, _)| which).collect()
}

/// A driver's part before system sleep: what runs is stopped, and nothing is held.
pub(super) fn sleep(machine: &Machine, device: usize) {
    for which in of_device(machine, device, Standing::Running) {
        halt(machine, which, Standing::Asleep);
    }
}

/// And after it: what was stopped goes on.
pub(super) fn wake(machine: &'static Machine, task: &Task<'_>, device: usize) {
    for which in of_device(machine, device, Standing::Asleep) {
        go(machine, task, which);
    }
}
