//! What a prepared channel has and a claimed one has not: a thread, an event, program memory and a program.

use super::channel::Claimed;
use super::engine::Engine;
use super::link::Link;
use super::plan::{CopyRequest, Program};
use super::shape::Request;
use super::slot::Phase;
use super::{Capabilities, ClaimError, PrepareError, ThreadState};
use crate::context::Task;
use crate::power::Grant;
use crate::sync::exclusive;

/// A request line of a controller, taken. Dropping it is atomic.
pub(super) struct Line {
    engine: &'static dyn Engine,
    number: u8,
}

impl Line {
    pub(super) fn take(engine: &'static dyn Engine, number: u8) -> Option<Self> {
        let bit = 1_u32.checked_shl(number.into())?;
        engine.core().shared.with(|s| {
            let free = s.requests & bit == 0;
            s.requests |= bit;
            // Not `then_some`: a line that was not taken must not be dropped.
            free.then(|| Self { engine, number })
        })
    }

    pub(super) fn number(&self) -> u8 {
        self.number
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.engine.core().shared.with(|s| s.requests &= !(1 << self.number));
    }
}

pub(super) fn links(engine: &'static dyn Engine) -> impl Iterator<Item = Link> {
    engine.slots().iter().zip(0_u8..).map(move |(slot, thread)| Link { engine, slot, thread })
}

/// Make sure of the controller, and take the request line. Sleepable.
pub(super) fn claim(engine: &'static dyn Engine, cx: &Task<'_>, request: Option<u8>) -> Result<Claimed, ClaimError> {
    let core = engine.core();
    let _power = Grant::resume(cx, core.power, core.device).map_err(ClaimError::Power)?;
    let capabilities = engine.hardware().capabilities();
    core.shared.with(|s| s.capabilities = Some(capabilities));
    let Some(request) = request else { return Ok(Claimed { engine, line: None }) };
    if request >= capabilities.requests {
        return Err(ClaimError::NoRequest { request, have: capabilities.requests });
    }
    // Whoever had it may have gone away in flight, and its thread may have stopped since.
    links(engine).for_each(|link| link.collect(false));
    let line = Line::take(engine, request).ok_or(ClaimError::RequestTaken(request))?;
    Ok(Claimed { engine, line: Some(line) })
}

/// Take thread, event and memory and plan a program. The request line goes along. Sleepable.
pub(super) fn prepare(
    claimed: &mut Claimed,
    cx: &Task<'_>,
    request: &Request,
) -> Result<(Link, Program), PrepareError> {
    let engine = claimed.engine;
    let (core, hardware) = (engine.core(), engine.hardware());
    let _power = Grant::resume(cx, core.power, core.device).map_err(PrepareError::Power)?;
    let capabilities = match core.shared.with(|s| s.capabilities) {
        Some(known) => known,
        None => hardware.capabilities(),
    };
    reap(engine);
    let fitting = Fitting(take_thread(engine, capabilities)?);
    let link = fitting.0;
    let event = take_event(&link, capabilities)?;
    let program = plan(&link, cx, request, capabilities, event)?;
    core.enable(hardware, |enabled| enabled | 1 << event);
    hardware.clear_interrupts(1 << event);
    link.with(|s| {
        s.line = claimed.line.take();
        s.orphan = false;
        s.closing = false;
        s.phase = Phase::Idle;
    });
    core::mem::forget(fitting);
    Ok((link, program))
}

/// A thread that is being equipped. Dropping it gives everything back; the controller is powered.
struct Fitting(Link);

impl Drop for Fitting {
    fn drop(&mut self) {
        drop(strip(&self.0, true));
        self.0.with(|s| s.phase = Phase::Free);
    }
}

/// Give back what channels hold whose owners are gone. The controller is powered.
fn reap(engine: &'static dyn Engine) {
    for link in links(engine) {
        link.collect(false);
        let lost = link.with(|s| {
            let lost = s.phase == Phase::Lost;
            if lost {
                s.phase = Phase::Busy;
            }
            lost
        });
        if lost {
            drop(strip(&link, true));
            link.with(|s| s.phase = Phase::Free);
        }
    }
}

/// A thread that nobody owns, stopped: Free -> Busy.
fn take_thread(engine: &'static dyn Engine, capabilities: Capabilities) -> Result<Link, PrepareError> {
    let core = engine.core();
    let usable = |link: &Link| link.thread < capabilities.threads && core.config.threads & 1 << link.thread != 0;
    // First whoever is free, then those whose owner went away in flight: their threads may take a moment to stop.
    for polls in [1, core.config.stop_polls] {
        for link in links(engine).filter(usable) {
            if !take(&link, polls) {
                continue;
            }
            // A boot loader may have left it running.
            if stop(&link) {
                return Ok(link);
            }
            link.with(|s| s.phase = Phase::Free);
        }
    }
    Err(PrepareError::NoThread)
}

/// Take a slot that nobody owns: Free or Lost -> Busy.
fn take(link: &Link, polls: u32) -> bool {
    for _ in 0..polls.max(1) {
        link.collect(false);
        let (was, stopping) = link.with(|s| {
            let was = s.phase;
            if matches!(was, Phase::Free | Phase::Lost) {
                s.phase = Phase::Busy;
            }
            (was, s.orphan && was == Phase::Stopping)
        });
        match was {
            Phase::Free => return true,
            Phase::Lost => {
                drop(strip(link, true));
                return true;
            }
            _ if stopping => {}
            _ => return false,
        }
    }
    false
}

/// Make sure that a thread without an owner is stopped.
fn stop(link: &Link) -> bool {
    let (core, hardware) = (link.engine.core(), link.engine.hardware());
    if hardware.state(link.thread) == ThreadState::Stopped {
        return true;
    }
    let killed = exclusive(|_| hardware.kill(link.thread, core.config.command_polls));
    killed.is_ok() && (0..core.config.stop_polls).any(|_| hardware.state(link.thread) == ThreadState::Stopped)
}

/// An event that nobody uses.
fn take_event(link: &Link, capabilities: Capabilities) -> Result<u8, PrepareError> {
    let core = link.engine.core();
    let exists = u32::MAX.checked_shr(32 - u32::from(capabilities.events).min(32)).unwrap_or(0);
    let event = core.shared.with(|s| {
        let free = exists & core.config.events & !s.taken;
        // One number for both where possible: easier to recognise in a trace.
        let event = if free & 1 << link.thread != 0 { link.thread } else { free.trailing_zeros() as u8 };
        s.taken |= 1_u32.checked_shl(event.into()).unwrap_or(0);
        (event < 32).then_some(event)
    });
    let event = event.ok_or(PrepareError::NoEvent)?;
    link.with(|s| s.event = Some(event));
    Ok(event)
}

/// Plan the program into memory of its own and enter it beside those of the other channels.
fn plan(
    link: &Link,
    cx: &Task<'_>,
    request: &Request,
    capabilities: Capabilities,
    event: u8,
) -> Result<Program, PrepareError> {
    let core = link.engine.core();
    let (resident, _) = promised(link);
    let request = CopyRequest {
        source: request.source.into(),
        destination: request.destination.into(),
        bytes: request.bytes,
        bus_bytes: capabilities.bus_bytes,
        fifo_lines: capabilities.fifo_lines.saturating_sub(resident),
        event,
        source_attributes: core.config.source,
        destination_attributes: core.config.destination,
        barriers: core.config.barriers,
    };
    let align = u32::from(capabilities.icache_line).next_power_of_two();
    let room = u32::from(core.config.program_bytes.max(1));
    let mut memory = core.memory.alloc_raw(cx, room, align).map_err(PrepareError::Memory)?;
    let program = link.engine.hardware().plan_copy(&request, memory.bytes_mut()).map_err(PrepareError::Plan)?;
    memory.publish(0, program.len.into());
    // Another channel may have been prepared meanwhile, so look again and enter at once.
    exclusive(|_| {
        let (resident, transient) = promised(link);
        let resident = resident.saturating_add(program.fifo.resident);
        let need = resident.saturating_add(transient.max(program.fifo.transient));
        if need > capabilities.fifo_lines {
            return Err(PrepareError::Fifo { need, have: capabilities.fifo_lines });
        }
        link.with(|s| {
            s.program = Some(program);
            s.memory = Some(memory);
        });
        Ok(program)
    })
}

/// FIFO lines that the programs of other channels keep, and the most that one of them needs for a moment.
fn promised(link: &Link) -> (u16, u16) {
    let others = link.engine.slots().iter().filter(|slot| !core::ptr::eq(*slot, link.slot));
    others.filter_map(|slot| slot.0.with(|s| s.program)).fold((0_u16, 0_u16), |(resident, transient), program| {
        (resident.saturating_add(program.fifo.resident), transient.max(program.fifo.transient))
    })
}

/// Give back what [`prepare`] took, and the thread: Busy -> Free. The slot is empty. Sleepable.
pub(super) fn release(link: &Link, cx: &Task<'_>) -> Claimed {
    let core = link.engine.core();
    // Without power there is nothing to disable, and `restore` will not enable it again.
    let power = Grant::resume(cx, core.power, core.device).ok();
    let line = strip(link, power.is_some());
    link.with(|s| s.phase = Phase::Free);
    Claimed { engine: link.engine, line }
}

/// Take all out of a slot in phase Busy; returns the request line.
fn strip(link: &Link, powered: bool) -> Option<Line> {
    let (core, hardware) = (link.engine.core(), link.engine.hardware());
    let (event, memory, line, clients) = link.with(|s| {
        s.program = None;
        (s.event.take(), s.memory.take(), s.line.take(), (s.empty(), s.handler.take(), s.waker.take()))
    });
    if let Some(event) = event {
        let others = |set: u32| set & !(1 << event);
        if powered {
            // In this order: a raised interrupt cannot be cleared any more once it is disabled.
            hardware.clear_interrupts(1 << event);
            core.enable(hardware, others);
        } else {
            core.shared.with(|s| s.enabled = others(s.enabled));
        }
        core.shared.with(|s| s.taken = others(s.taken));
    }
    drop((memory, clients));
    line
}
