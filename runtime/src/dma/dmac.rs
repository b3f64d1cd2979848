use core::fmt;

use super::channel::Channel;
use super::endpoint::Endpoint;
use super::engine::{Config, Core, Engine, Hardware};
use super::link::Link;
use super::memory::Arena;
use super::slot::{Phase, Slot};
use super::{
    Capabilities, ClaimError, Controller, Expected, FaultCauses, Mismatch, ProbeError, ThreadState, TransferError,
};
use crate::context::{Atomic, Task};
use crate::power::{Device, DeviceId, Grant, PowerCore};
use crate::sync::exclusive;

/// The engine of one DMA controller: hands out channels and serves the interrupt. Keep it in a `static`.
///
/// `CHANNELS` is how many channel threads it can use; more than the controller has do no harm.
pub struct Dmac<C: Controller, const CHANNELS: usize = 8> {
    controller: C,
    core: Core,
    slots: [Slot; CHANNELS],
}

impl<C: Controller> Dmac<C> {
    /// The engine of controller device `D`, for up to 8 channels.
    ///
    /// `power` counts who needs the controller; `memory` is where programs are kept, of the same bus as the buffers.
    pub const fn new<D: Device>(
        controller: C,
        power: &'static dyn PowerCore,
        memory: &'static Arena,
        config: Config,
    ) -> Self {
        Self::with_channels::<D>(controller, power, memory, config)
    }
}

impl<C: Controller, const CHANNELS: usize> Dmac<C, CHANNELS> {
    /// [`new`](Dmac::new) for another number of channels, at most 32.
    pub const fn with_channels<D: Device>(
        controller: C,
        power: &'static dyn PowerCore,
        memory: &'static Arena,
        config: Config,
    ) -> Self {
        const { assert!(CHANNELS > 0 && CHANNELS <= 32, "an engine has 1 to 32 channels") };
        Self { controller, core: Core::new(D::ID, power, memory, config), slots: [const { Slot::new() }; CHANNELS] }
    }

    /// The controller, for what the engine does not do.
    ///
    /// # Safety
    /// Nothing is done with it that the engine does: no thread that [`Config::threads`] names is started or killed, none
    /// of its events sent or cleared. A program that is started runs only over memory that nothing else uses.
    #[allow(unsafe_code, reason = "a controller that is told to writes anywhere")]
    pub unsafe fn controller(&self) -> &C {
        &self.controller
    }

    /// The controller's device.
    pub fn device(&self) -> DeviceId {
        self.core.device
    }

    /// Is the controller what its description says? Sleepable.
    ///
    /// # Errors
    /// [`ProbeError::Mismatch`] lists what differs.
    #[track_caller]
    pub fn probe(&self, cx: &Task<'_>, expected: &Expected) -> Result<Capabilities, ProbeError> {
        let _power = Grant::resume(cx, self.core.power, self.core.device).map_err(ProbeError::Power)?;
        let found = Controller::capabilities(&self.controller);
        if found == *expected { Ok(found) } else { Err(ProbeError::Mismatch(Mismatch { expected: *expected, found })) }
    }

    /// Take a channel thread, an event and program memory for endpoint `E`. Sleepable.
    ///
    /// # Errors
    /// [`ClaimError`]; nothing was taken.
    #[track_caller]
    pub fn claim<E: Endpoint>(&'static self, cx: &Task<'_>) -> Result<Channel<E>, ClaimError> {
        if E::Controller::ID != self.core.device {
            return Err(ClaimError::WrongController { expected: E::Controller::ID, found: self.core.device });
        }
        claim(self, cx).map(Channel::new)
    }

    /// Serve the controller's interrupt: call it from the handler of each of its lines, or from a loop. Atomic.
    ///
    /// Completion handlers and wakers run from here. Returns whether there was anything to do; a controller without
    /// power has nothing and is not touched. One call costs 3 register reads and 1 write, and for each transfer that
    /// ended the reads until its thread has stopped, usually 1. A manager fault costs a few accesses more.
    ///
    /// A handler or waker that panics does not keep the other channels from being served; the panic goes on to the
    /// caller.
    pub fn irq(&'static self) -> bool {
        irq(self)
    }

    /// Write back what the controller lost with its power. Part of its driver's resume, before any channel is used.
    /// Atomic; the controller is powered.
    pub fn restore(&self) {
        self.core.enable(&self.controller, |enabled| enabled);
    }
}

impl<C: Controller, const CHANNELS: usize> Engine for Dmac<C, CHANNELS> {
    fn hardware(&self) -> &dyn Hardware {
        &self.controller
    }
    fn core(&self) -> &Core {
        &self.core
    }
    fn slots(&'static self) -> &'static [Slot] {
        &self.slots
    }
}

impl<C: Controller, const CHANNELS: usize> fmt::Debug for Dmac<C, CHANNELS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Phases<'a>(&'a [Slot]);
        impl fmt::Debug for Phases<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0.iter().map(|slot| slot.0.with(|s| s.phase))).finish()
            }
        }
        let mut f = f.debug_struct("Dmac");
        f.field("engine", &self.core).field("channels", &Phases(&self.slots)).finish_non_exhaustive()
    }
}

fn links(engine: &'static dyn Engine) -> impl Iterator<Item = Link> {
    engine.slots().iter().zip(0_u8..).map(move |(slot, thread)| Link { engine, slot, thread })
}

fn claim(engine: &'static dyn Engine, cx: &Task<'_>) -> Result<Link, ClaimError> {
    let (core, hardware) = (engine.core(), engine.hardware());
    let _power = Grant::resume(cx, core.power, core.device).map_err(ClaimError::Power)?;
    let capabilities = hardware.capabilities();
    core.shared.with(|s| s.capabilities = Some(capabilities));
    let usable = |link: &Link| link.thread < capabilities.threads && core.config.threads & 1 << link.thread != 0;
    // First whoever is free, then those whose owner went away in flight: their threads may take a moment to stop.
    for polls in [1, core.config.stop_polls] {
        for link in links(engine).filter(usable) {
            if !take(&link, polls) {
                continue;
            }
            // A boot loader may have left it running.
            if !stop(&link) {
                link.with(|s| s.phase = Phase::Free);
                continue;
            }
            return equip(&link, cx, capabilities).map(|()| link).inspect_err(|_| {
                let memory = link.with(|s| {
                    s.phase = Phase::Free;
                    s.memory.take()
                });
                drop(memory);
            });
        }
    }
    Err(ClaimError::NoChannel)
}

/// Take a slot that nobody owns: Free or Lost -> Busy.
fn take(link: &Link, polls: u32) -> bool {
    for _ in 0..polls.max(1) {
        link.collect(false);
        let (taken, stopping) = link.with(|s| {
            let free = matches!(s.phase, Phase::Free | Phase::Lost);
            if free {
                s.phase = Phase::Busy;
            }
            (free, s.orphan && s.phase == Phase::Stopping)
        });
        if taken || !stopping {
            return taken;
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

/// Give a taken slot its event and program memory, and forget its past.
fn equip(link: &Link, cx: &Task<'_>, capabilities: Capabilities) -> Result<(), ClaimError> {
    let (core, hardware) = (link.engine.core(), link.engine.hardware());
    // A lost channel still has both.
    if link.with(|s| s.memory.is_none()) {
        let bytes = u32::from(core.config.program_bytes.max(1));
        let align = u32::from(capabilities.icache_line).next_power_of_two();
        let memory = core.memory.alloc_raw(cx, bytes, align).map_err(ClaimError::Memory)?;
        let exists = u32::MAX.checked_shr(32 - u32::from(capabilities.events).min(32)).unwrap_or(0);
        let event = core.shared.with(|s| {
            let free = exists & core.config.events & !s.taken;
            // One number for both where possible: easier to recognise in a trace.
            let event = if free & 1 << link.thread != 0 { link.thread } else { free.trailing_zeros() as u8 };
            s.taken |= 1_u32.checked_shl(event.into()).unwrap_or(0);
            (event < 32).then_some(event)
        });
        let event = event.ok_or(ClaimError::NoEvent)?;
        link.with(|s| {
            s.memory = Some(memory);
            s.event = event;
        });
    }
    let event = link.with(|s| s.event);
    core.enable(hardware, |enabled| enabled | 1 << event);
    hardware.clear_interrupts(1 << event);
    let old = link.with(|s| {
        s.orphan = false;
        s.closing = false;
        s.program = None;
        s.phase = Phase::Idle;
        (s.empty(), s.handler.take(), s.waker.take())
    });
    drop(old);
    Ok(())
}

/// Give a channel's event and program memory back: Busy -> Free. The slot is empty.
pub(super) fn unclaim(link: &Link, cx: &Task<'_>) {
    let (core, hardware) = (link.engine.core(), link.engine.hardware());
    let event = link.with(|s| s.event);
    let others = |enabled: u32| enabled & !(1 << event);
    match Grant::resume(cx, core.power, core.device) {
        Ok(_power) => {
            // In this order: a raised interrupt cannot be cleared any more once it is disabled.
            hardware.clear_interrupts(1 << event);
            core.enable(hardware, others);
        }
        // Without power there is nothing to disable; `restore` will not enable it again.
        Err(_) => core.shared.with(|s| s.enabled = others(s.enabled)),
    }
    let memory = link.with(|s| {
        s.program = None;
        s.memory.take()
    });
    drop(memory);
    core.shared.with(|s| s.taken = others(s.taken));
    link.with(|s| s.phase = Phase::Free);
}

pub(super) fn irq(engine: &'static dyn Engine) -> bool {
    let (core, hardware) = (engine.core(), engine.hardware());
    let Some(_power) = core.powered() else { return false };
    let _atomic = Atomic::enter();
    // One critical section from reading the events to taking over the transfers they end: an event that another
    // processor has read too must not end the next transfer of the same channel.
    let (pending, manager, mut todo) = exclusive(|cs| {
        // Events before faults: a thread that raised its event and is not seen faulting then had not faulted before.
        let raised = hardware.interrupts();
        let faulting = hardware.faulting();
        let manager = hardware.manager_fault().is_some();
        if raised != 0 {
            hardware.clear_interrupts(raised);
        }
        let mut todo = Todo { engine, ended: 0, stopping: 0, faulting, unstarted: 0, causes: FaultCauses::NONE };
        for link in links(engine) {
            link.slot.0.within(cs, |s| {
                let hit = raised & 1 << s.event != 0 || faulting & 1 << link.thread != 0;
                match s.phase {
                    Phase::Running if hit => {
                        s.phase = Phase::Completing;
                        todo.ended |= 1 << link.thread;
                    }
                    Phase::Stopping => todo.stopping |= 1 << link.thread,
                    _ => {}
                }
            });
        }
        (raised != 0 || faulting != 0 || manager, manager, todo)
    });
    if manager {
        manager_faulted(&mut todo);
    }
    todo.work();
    pending
}

/// What one interrupt leaves to do for each channel (bit n: thread n).
///
/// A handler or waker that panics must not take the other channels' completions with it: what is left is done while
/// unwinding.
struct Todo {
    engine: &'static dyn Engine,
    ended: u32,
    stopping: u32,
    faulting: u32,
    /// The manager failed to start them, for `causes`.
    unstarted: u32,
    causes: FaultCauses,
}

impl Todo {
    fn work(&mut self) {
        if self.ended | self.stopping | self.faulting | self.unstarted == 0 {
            return;
        }
        for link in links(self.engine) {
            // Taken off before it is done, so that none is done twice.
            let take = |set: &mut u32| {
                let there = *set & 1 << link.thread != 0;
                *set &= !(1 << link.thread);
                there
            };
            let faulting = take(&mut self.faulting);
            if take(&mut self.unstarted) {
                link.deliver(Err(TransferError::Manager(self.causes)), true);
            } else if take(&mut self.ended) {
                link.complete(faulting);
            } else if take(&mut self.stopping) {
                link.collect(true);
            } else if faulting {
                silence(&link);
            }
        }
    }
}

impl Drop for Todo {
    fn drop(&mut self) {
        self.work();
    }
}

/// Kill a faulting thread that is nobody's, for it holds the abort line.
fn silence(link: &Link) {
    let (core, hardware) = (link.engine.core(), link.engine.hardware());
    // One critical section: otherwise the kill could hit the first transfer of who claims the thread meanwhile.
    exclusive(|cs| {
        let nobodys = link.slot.0.within(cs, |s| matches!(s.phase, Phase::Free | Phase::Lost));
        if nobodys && hardware.state(link.thread) == ThreadState::Faulting {
            // If the command interface is stuck, the fault stays and the next interrupt tries again.
            let _ = hardware.kill(link.thread, core.config.command_polls);
        }
    });
}

/// Bring the manager back. Channels that run go on; those that it did not start are put on the list.
fn manager_faulted(todo: &mut Todo) {
    let (core, hardware) = (todo.engine.core(), todo.engine.hardware());
    // One critical section: a transfer that another processor starts meanwhile is not one that failed to start.
    exclusive(|cs| {
        // Another processor may have dealt with it.
        let Some(causes) = hardware.manager_fault() else { return };
        // If the command interface is stuck, the fault stays and the next interrupt tries again.
        if hardware.kill_manager(core.config.command_polls).is_err() {
            return;
        }
        todo.causes = causes;
        for link in links(todo.engine) {
            let (running, event) = link.slot.0.within(cs, |s| (s.phase == Phase::Running, s.event));
            // The kill has waited for the command interface, so no start stands there any more: a thread that stands
            // still and has not signalled its end never began.
            if running && hardware.state(link.thread) == ThreadState::Stopped && hardware.interrupts() & 1 << event == 0
            {
                link.slot.0.within(cs, |s| s.phase = Phase::Completing);
                todo.unstarted |= 1 << link.thread;
            }
        }
    });
}
