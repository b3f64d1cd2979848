//! What a prepared channel has and a claimed one has not: a thread, an event, program memory and a program.

use super::buffers::Role;
use super::channel::Claimed;
use super::engine::{Engine, Hardware};
use super::link::Link;
use super::memory::RawBuf;
use super::only::Only;
#[cfg(not(feature = "full"))]
use super::plan::Block;
use super::plan::{Checkpoint, End, Handshake, PlanError, Program, Setup};
#[cfg(feature = "full")]
use super::plan::{Request, Work};
use super::shape::Extras;
#[cfg(feature = "full")]
use super::shape::sealed::Sealed;
use super::slot::Phase;
use super::{Capabilities, ClaimError, FULL, PrepareError, ThreadState};
use crate::context::Task;
use crate::power::Grant;
use crate::sync::exclusive;

/// What is to be prepared.
pub(super) struct Order<'a> {
    pub(super) source: End,
    pub(super) destination: End,
    /// The source is this again and again, as wide as a bus.
    pub(super) pattern: Option<[u8; PATTERN]>,
    pub(super) role: Role,
    #[cfg(feature = "full")]
    pub(super) shape: &'a dyn Sealed,
    /// All that can be prepared, as the shape has it.
    #[cfg(not(feature = "full"))]
    pub(super) block: Option<&'a Block>,
}

#[cfg(feature = "full")]
impl Order<'_> {
    fn extras(&self) -> Extras {
        self.shape.extras()
    }

    fn plan(
        &self,
        hardware: &dyn Hardware,
        setup: &Setup,
        source: End,
        gate: Option<u8>,
        out: &mut [u8],
    ) -> Result<Program, PlanError> {
        self.shape.plan(&mut |work| {
            let work = match work {
                Work::Cyclic { block, period_bytes, gate: Some(_) } => Work::Cyclic { block, period_bytes, gate },
                other => other,
            };
            hardware.plan(&Request { setup: *setup, source, destination: self.destination, work }, out)
        })
    }
}

#[cfg(not(feature = "full"))]
impl Order<'_> {
    fn extras(&self) -> Extras {
        Extras::NONE
    }

    fn plan(
        &self,
        hardware: &dyn Hardware,
        setup: &Setup,
        _: End,
        _: Option<u8>,
        out: &mut [u8],
    ) -> Result<Program, PlanError> {
        hardware.plan_block(setup, self.block.ok_or(PlanError::OutOfScope)?, out)
    }
}

/// Bytes of a pattern: the widest bus.
pub(super) const PATTERN: usize = 16;

/// Room that most programs fit, in bytes.
const USUAL: u16 = 256;

/// A request line of a controller, taken. Dropping it is atomic.
pub(super) struct Line(Only<Taken>);

struct Taken {
    engine: &'static dyn Engine,
    number: u8,
}

impl Line {
    #[cfg(not(feature = "full"))]
    pub(super) fn take(_: &'static dyn Engine, _: u8) -> Option<Self> {
        None
    }

    #[cfg(feature = "full")]
    pub(super) fn take(engine: &'static dyn Engine, number: u8) -> Option<Self> {
        let bit = 1_u32.checked_shl(number.into())?;
        engine.core().shared.with(|s| {
            let free = s.requests & bit == 0;
            s.requests |= bit;
            // Not `then_some`: a line that was not taken must not be dropped.
            free.then(|| Self(Only::new(Taken { engine, number })))
        })
    }

    pub(super) fn number(&self) -> u8 {
        self.0.get().number
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Taken { engine, number } = self.0.get();
        engine.core().shared.with(|s| s.requests &= !(1 << number));
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
    let have = if FULL { capabilities.requests } else { 0 };
    if request >= have {
        return Err(ClaimError::NoRequest { request, have });
    }
    // Whoever had it may have gone away in flight, and its thread may have stopped since.
    links(engine).for_each(|link| link.collect(false));
    let line = Line::take(engine, request).ok_or(ClaimError::RequestTaken(request))?;
    Ok(Claimed { engine, line: Some(line) })
}

/// Take thread, events and memory and plan a program. The request line goes along. Sleepable.
pub(super) fn prepare(claimed: &mut Claimed, cx: &Task<'_>, order: &Order<'_>) -> Result<Link, PrepareError> {
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
    let extras = order.extras();
    let event = take_event(&link, capabilities)?;
    link.with(|s| s.event = Some(event));
    if FULL && extras.checkpoint_every.is_some() {
        let event = take_event(&link, capabilities)?;
        link.with(|s| s.checkpoint = Some(event));
    }
    if FULL && extras.gated {
        let event = take_event(&link, capabilities)?;
        link.with(|s| s.gate = Some(event));
    }
    plan(&link, cx, order, capabilities, event)?;
    core.enable(hardware, |enabled| enabled | 1 << event);
    hardware.clear_interrupts(1 << event);
    let may_fall_short = FULL
        && [order.source, order.destination].iter().any(|end| match end {
            End::Port(port) => port.handshake == Handshake::Peripheral,
            _ => false,
        });
    link.with(|s| {
        s.line = claimed.line.take();
        s.role = order.role;
        s.may_fall_short = may_fall_short;
        s.moved = 0;
        s.orphan = false;
        s.closing = false;
        s.phase = Phase::Idle;
    });
    core::mem::forget(fitting);
    Ok(link)
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
            let lost = s.phase == Phase::Lost && !s.telling();
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
            // An interrupt body that still tells of progress is not done with the slot.
            let free = matches!(was, Phase::Free | Phase::Lost) && !s.telling();
            if free {
                s.phase = Phase::Busy;
            }
            (free.then_some(was), s.orphan && (was == Phase::Stopping || s.telling()))
        });
        match was {
            Some(Phase::Free) => return true,
            Some(_) => {
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
    event.ok_or(PrepareError::NoEvent)
}

/// Plan the program into memory of its own and enter it beside those of the other channels.
fn plan(
    link: &Link,
    cx: &Task<'_>,
    order: &Order<'_>,
    capabilities: Capabilities,
    event: u8,
) -> Result<(), PrepareError> {
    let config = &link.engine.core().config;
    let lines = if config.strict_fifo {
        let threads = u16::from(capabilities.threads.max(1));
        // Not every processor can divide, and most controllers have a power of two of threads.
        let shift = threads.next_power_of_two().trailing_zeros();
        if FULL { capabilities.fifo_lines / threads } else { capabilities.fifo_lines >> shift }
    } else {
        capabilities.fifo_lines.saturating_sub(promised(link).0)
    };
    let checkpoint = if FULL { link.with(|s| s.checkpoint()) } else { None };
    let checkpoint = checkpoint.zip(order.extras().checkpoint_every);
    let setup = Setup {
        bus_bytes: capabilities.bus_bytes,
        fifo_lines: lines,
        event,
        source_attributes: config.source,
        destination_attributes: config.destination,
        barriers: config.barriers,
        subtracts: config.subtracts,
        checkpoint: checkpoint.map(|(event, bursts)| Checkpoint { event, bursts }),
    };
    let most = config.program_bytes.max(1);
    let mut room = most.min(USUAL);
    let (program, memory) = loop {
        match plan_in(link, cx, order, capabilities, &setup, room) {
            Err(PrepareError::Plan(PlanError::TooLong { need, .. })) if need > room.into() && room < most => {
                room = u16::try_from(need).unwrap_or(u16::MAX).min(most);
            }
            planned => break planned?,
        }
    };
    memory.publish();
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
        Ok(())
    })
}

/// Plan into new memory, at most `room` bytes of program; a pattern stands behind it.
fn plan_in(
    link: &Link,
    cx: &Task<'_>,
    order: &Order<'_>,
    capabilities: Capabilities,
    setup: &Setup,
    room: u16,
) -> Result<(Program, RawBuf), PrepareError> {
    let core = link.engine.core();
    let align = u32::from(capabilities.icache_line).next_power_of_two().max(PATTERN as u32);
    let (mut bytes, mut source) = (u32::from(room), order.source);
    let pattern_at = bytes.next_multiple_of(PATTERN as u32);
    let pattern = if FULL { order.pattern } else { None };
    if pattern.is_some() {
        bytes = pattern_at + PATTERN as u32;
    }
    let mut memory = core.memory.alloc_raw(cx, bytes, align).map_err(PrepareError::Memory)?;
    if pattern.is_some() {
        source = End::Pattern(memory.bus() + pattern_at);
    }
    let (out, behind) = memory.bytes_mut().split_at_mut(pattern_at.min(bytes) as usize);
    for (place, byte) in behind.iter_mut().zip(pattern.iter().flatten()) {
        *place = *byte;
    }
    let (out, _) = out.split_at_mut(out.len().min(room.into()));
    let gate = if FULL { link.with(|s| s.gate()) } else { None };
    let program = order.plan(link.engine.hardware(), setup, source, gate, out);
    Ok((program.map_err(PrepareError::Plan)?, memory))
}

/// FIFO lines that the programs of other channels keep, and the most that one of them needs for a moment.
fn promised(link: &Link) -> (u16, u16) {
    let others = link.engine.slots().iter().filter(|slot| !core::ptr::eq(*slot, link.slot));
    let needs = others.filter_map(|slot| slot.0.with(|s| s.program.as_ref().map(|program| program.fifo)));
    needs.fold((0_u16, 0_u16), |(resident, transient), fifo| {
        (resident.saturating_add(fifo.resident), transient.max(fifo.transient))
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
    let (events, memory, line, clients) = link.with(|s| {
        s.program = None;
        s.handler = None;
        let mut events = s.event.take().map_or(0, |event| 1_u32 << event);
        if FULL {
            let others = [s.checkpoint.take(), s.gate.take()];
            events = others.into_iter().flatten().fold(events, |set, event| set | 1 << event);
        }
        (events, s.memory.take(), s.line.take(), (s.empty(), s.waker.take()))
    });
    if events != 0 {
        if powered {
            // In this order: a raised interrupt cannot be cleared any more once it is disabled.
            hardware.clear_interrupts(events);
            core.enable(hardware, |enabled| enabled & !events);
        } else {
            core.shared.with(|s| s.enabled &= !events);
        }
        core.shared.with(|s| s.taken &= !events);
    }
    drop((memory, clients));
    line
}
