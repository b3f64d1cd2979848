//! One channel's way through the phases of [`Slot`](super::slot::Slot): the only code that changes them in flight.
//!
//! No client code (handlers, wakers, buffers' or guards' destructors, cache maintenance) runs inside a critical
//! section.

use super::buffers::{Held, Role};
use super::engine::{Engine, Hardware};
use super::memory::View;
use super::slot::{Phase, Slot, State};
use super::{Fault, Position, StartError, Stuck, ThreadState, TransferError};
use crate::power::Grant;
use crate::sync::exclusive;

/// A channel of an engine.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) engine: &'static dyn Engine,
    pub(super) slot: &'static Slot,
    pub(super) thread: u8,
}

/// Buffers and power on their way into a slot or out of it. Never moved but into it and out of it: it is large.
#[derive(Default)]
pub(super) struct Cargo {
    pub(super) held: Held,
    pub(super) power: Option<Grant>,
}

/// What a finished transfer left.
pub(super) struct Taken {
    pub(super) held: Held,
    pub(super) result: Result<(), TransferError>,
    pub(super) residue: u32,
    pub(super) interrupt_lost: bool,
}

/// A transfer that was loaded.
#[derive(Clone, Copy)]
pub(super) struct Loaded {
    flight: u32,
    /// Bytes of the program that changed.
    pub(super) patched: u16,
}

/// What a thread did within the polls it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Waited {
    Stopped,
    Faulting,
    Neither,
}

impl Link {
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        self.slot.0.with(f)
    }

    pub(super) fn hardware(&self) -> &'static dyn Hardware {
        self.engine.hardware()
    }

    pub(super) fn phase(&self) -> Phase {
        self.with(|s| s.phase)
    }

    /// Put buffers and power in and make program and caches ready: `from` -> Submitted. On an error they stay in `held`
    /// and come back. Atomic.
    ///
    /// Never inlined, as [`go`](Self::go): the steps of a start stay functions that can be seen in an image.
    #[inline(never)]
    pub(super) fn load(&self, from: Phase, held: &mut Held, power: Grant) -> Result<Loaded, (StartError, Grant)> {
        self.collect(false);
        let core = self.engine.core();
        if !power.is_from(core.power) {
            return Err((StartError::OtherPower, power));
        }
        let entered = self.with(|s| {
            if s.phase != from {
                return Err(StartError::Busy);
            }
            if from == Phase::Callback && (s.closing || s.orphan) {
                return Err(StartError::Closed);
            }
            let parts = s.blocks().zip(s.code()).ok_or(StartError::Closed)?;
            s.closing = false;
            s.phase = Phase::Loading;
            Ok(parts)
        });
        let (blocks, code) = match entered {
            Ok(entered) => entered,
            Err(error) => return Err((error, power)),
        };
        // Leaves the phase if cache maintenance panics.
        let loading = Left(*self);
        let mut patched = 0;
        let mut fits = blocks.check(&code, held, core.memory);
        if fits.is_ok() {
            patched = blocks.hand_over(&code, held);
        }
        core::mem::forget(loading);
        self.with(|s| {
            if s.closing || s.orphan {
                // The owner stopped the channel meanwhile.
                fits = fits.and(Err(StartError::Closed));
            }
            if let Err(error) = fits {
                s.phase = from;
                return Err((error, power));
            }
            s.put(core::mem::take(held), Some(power));
            s.begin();
            // Until it is started: is it the owner's, not a handler's?
            s.attached = from == Phase::Idle;
            s.phase = Phase::Submitted;
            Ok(Loaded { flight: s.flight, patched })
        })
    }

    /// Start what was loaded: Submitted -> Running, or back to `back` if the command interface is stuck, with what was in
    /// the slot. One register read and three writes, with a gate twice that. Atomic.
    #[inline(never)]
    pub(super) fn go(&self, loaded: Loaded, back: Phase, attached: bool) -> Result<(), Cargo> {
        let core = self.engine.core();
        core.memory.barrier();
        exclusive(|cs| {
            let submitted = self.slot.0.within(cs, |s| {
                // Otherwise the owner has cancelled what was submitted and has the buffers.
                let submitted = s.phase == Phase::Submitted && s.flight == loaded.flight;
                let program = s.memory.as_ref().filter(|_| submitted)?.bus();
                s.attached = attached;
                // Before the start: the interrupt may come at once.
                s.phase = Phase::Running;
                Some(program)
            });
            let Some(program) = submitted else { return Ok(()) };
            let non_secure = core.shared.within(cs, |s| s.capabilities.is_some_and(|c| c.non_secure));
            let started = self
                .shut(cs)
                .and_then(|()| self.hardware().start(self.thread, program, non_secure, core.config.command_polls));
            started.map_err(|Stuck| {
                self.slot.0.within(cs, |s| {
                    s.phase = back;
                    s.empty()
                })
            })
        })
    }

    /// The thread faulted or its last event came: Completing -> Finished, Callback, Idle or Stopping. Interrupt body.
    pub(super) fn complete(&self, faulted: bool) {
        let result = if faulted {
            Err(TransferError::Fault(self.fault()))
        } else {
            match self.wait_stopped(false) {
                Waited::Stopped => Ok(()),
                Waited::Faulting => Err(TransferError::Fault(self.fault())),
                Waited::Neither => Err(TransferError::NoEnd),
            }
        };
        self.settle(result);
    }

    /// Report `result`; a thread that failed is killed first, and if it does not stop the report waits until it does.
    pub(super) fn settle(&self, result: Result<(), TransferError>) {
        if result.is_err() {
            let killed = self.kill();
            if killed.is_err() || self.wait_stopped(true) != Waited::Stopped {
                self.with(|s| {
                    s.phase = Phase::Stopping;
                    s.unkilled = killed.is_err();
                    s.result = result;
                });
                return;
            }
            self.clear_event();
        }
        self.deliver(result, true);
    }

    /// Completing -> Finished, Callback or Idle.
    pub(super) fn deliver(&self, result: Result<(), TransferError>, may_call: bool) {
        let mut cargo = Cargo::default();
        let (parts, stopped_at, may_fall_short, paused) = self.with(|s| {
            cargo.held = core::mem::take(&mut s.held);
            (s.blocks().zip(s.code()), s.stopped_at.take(), s.may_fall_short(), s.end_pause())
        });
        if let Some(checkpoint) = paused {
            exclusive(|_| self.mask(checkpoint));
        }
        // An endless program never ends by itself.
        let endless = parts.as_ref().is_some_and(|(blocks, _)| blocks.endless());
        let result = if endless && result.is_ok() { Err(TransferError::Vanished) } else { result };
        let core = self.engine.core();
        core.memory.barrier();
        let mut moved = 0;
        if let Some((blocks, code)) = parts {
            let completing = Left(*self);
            // The buffer of an endless program stays within its owner's reach until it is taken out.
            if !endless {
                blocks.take_back(&code, &cargo.held);
            }
            core::mem::forget(completing);
            moved = match (result, stopped_at) {
                (Ok(()), _) if may_fall_short => blocks.moved_at_end(&code, &self.position()),
                (Ok(()), _) => blocks.bytes(),
                (Err(_), Some(position)) => blocks.moved(&code, &position, core.config.write_queue),
                (Err(_), None) => 0,
            };
        }
        let (call, waker) = self.with(|s| {
            cargo.power = s.power.take();
            s.result = result;
            s.moved = s.moved.max(moved);
            if s.abandoned || s.orphan {
                s.land();
            } else if let Some(handler) = s.handler.filter(|_| may_call && !s.attached && cargo.power.is_some()) {
                s.phase = Phase::Callback;
                return (Some((handler, s.flight)), None);
            } else {
                s.put(core::mem::take(&mut cargo.held), None);
                s.phase = Phase::Finished;
            }
            (None, s.waker.take())
        });
        if let Some((handler, flight)) = call {
            #[allow(unsafe_code, reason = "calls the erased handler")]
            // SAFETY: context and function were stored together, and the phase is Callback.
            unsafe {
                (handler.call)(handler.context, *self, &mut cargo, &result);
            }
            // A handler that leaked its `Done` leaked the buffers; the channel goes on.
            self.with(|s| {
                if s.phase == Phase::Callback && s.flight == flight {
                    s.land();
                }
            });
        }
        drop(cargo);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// If the channel was killed and has stopped by now: Stopping -> as after a completion. Atomic; one register read.
    pub(super) fn collect(&self, may_call: bool) {
        let stopped = exclusive(|cs| {
            if self.slot.0.within(cs, |s| s.phase != Phase::Stopping) {
                self.notice(cs);
                return None;
            }
            let send = || {
                // Where it stands tells what has arrived; of a thread that stopped, the program counter is no longer
                // true.
                let position = self.has_begun(cs).then(|| self.position());
                let stopped = self.hardware().state(self.thread) == ThreadState::Stopped;
                let raised = if stopped { self.hardware().interrupts() } else { 0 };
                self.slot.0.within(cs, |s| {
                    let ended = s.event.is_some_and(|event| raised & 1 << event != 0) && !s.may_fall_short();
                    if !stopped {
                        s.stopped_at = s.stopped_at.or(position);
                    } else if let (true, Some(program)) = (ended && !s.endless(), s.program.as_ref()) {
                        s.moved = s.moved.max(program.bytes);
                    }
                });
                let killed = self.hardware().kill(self.thread, self.engine.core().config.command_polls);
                self.slot.0.within(cs, |s| s.unkilled = killed.is_err());
            };
            // A start may still stand in the command interface, and its thread still reads as stopped; a kill waits for
            // the interface.
            if self.slot.0.within(cs, |s| s.unkilled) {
                send();
                return None;
            }
            let state = self.hardware().state(self.thread);
            if state == ThreadState::Stopped {
                self.clear_event();
                return Some(self.slot.0.within(cs, |s| {
                    s.phase = Phase::Completing;
                    s.result
                }));
            }
            if state == ThreadState::Faulting {
                send();
            }
            None
        });
        if let Some(result) = stopped {
            self.deliver(result, may_call);
        }
    }

    /// Stop whatever goes on. With `keep` the buffers wait in the slot with [`TransferError::Cancelled`]; without they
    /// are dropped once the thread has stopped. Atomic.
    pub(super) fn cancel(&self, keep: bool) {
        self.cancel_for(TransferError::Cancelled, keep);
    }

    /// [`cancel`](Self::cancel), with another reason than the client's wish.
    pub(super) fn cancel_for(&self, reason: TransferError, keep: bool) {
        let (kill, dropped, waker) = self.with(|s| {
            s.closing = true;
            match s.phase {
                Phase::Running => {
                    s.phase = Phase::Stopping;
                    s.unkilled = true;
                    s.attached = true;
                    s.abandoned = !keep;
                    s.result = Err(reason);
                    (true, None, s.waker.take())
                }
                Phase::Completing | Phase::Stopping => {
                    s.attached = true;
                    s.abandoned |= !keep;
                    (false, None, s.waker.take())
                }
                Phase::Submitted if keep => {
                    s.result = Err(reason);
                    s.phase = Phase::Finished;
                    (false, None, s.waker.take())
                }
                Phase::Submitted | Phase::Finished if !keep => {
                    s.land();
                    (false, Some(s.empty()), s.waker.take())
                }
                _ => (false, None, None),
            }
        });
        drop((dropped, waker));
        if kill {
            self.collect(false);
            self.collect(false);
        }
    }

    /// Take what a finished transfer left.
    pub(super) fn take_finished(&self) -> Option<Taken> {
        let (taken, power, waker, written) = self.with(|s| {
            if s.phase != Phase::Finished {
                return None;
            }
            s.land();
            let Cargo { held, power } = s.empty();
            let residue = s.program.map_or(0, |program| program.bytes.saturating_sub(s.moved));
            let written = s.program.filter(|_| s.endless() && s.role == Role::Destination);
            let taken = Taken { held, result: s.result, residue, interrupt_lost: s.lost };
            Some((taken, power, s.waker.take(), written.map(|program| program.bytes)))
        })?;
        if let (Some(bytes), Held::One(buffer)) = (written, &taken.held) {
            buffer.get().after_device_wrote(bytes);
        }
        drop((power, waker));
        Some(taken)
    }

    /// Where the thread's program stands. Atomic; the controller is powered.
    pub(super) fn position(&self) -> Position {
        self.hardware().position(self.thread)
    }

    /// Where the buffer lies that is in flight, if there is but one.
    ///
    /// # Safety
    /// As [`RawBuf::view`](super::memory::RawBuf::view): the caller is the channel's owner and does not take the buffer
    /// out meanwhile.
    #[allow(unsafe_code, reason = "hands its caller's promise on")]
    pub(super) unsafe fn view(&self) -> Option<View> {
        self.with(|s| match &s.held {
            // SAFETY: the caller's promise.
            Held::One(only) => Some(unsafe { only.get().view() }),
            _ => None,
        })
    }

    /// Leave the buffers of an ended transfer to `recover`: Callback -> Finished. Atomic.
    pub(super) fn park(&self, held: Held, result: Result<(), TransferError>) {
        let dropped = self.with(|s| {
            s.result = result;
            if s.orphan {
                s.land();
                return Some(held);
            }
            s.put(held, None);
            s.phase = Phase::Finished;
            None
        });
        drop(dropped);
    }

    fn kill(&self) -> Result<(), Stuck> {
        exclusive(|_| self.hardware().kill(self.thread, self.engine.core().config.command_polls))
    }

    fn clear_event(&self) {
        if let Some(event) = self.with(|s| s.event) {
            self.hardware().clear_interrupts(1 << event);
        }
    }

    /// A thread that was `killed` goes on faulting until the kill has come through.
    fn wait_stopped(&self, killed: bool) -> Waited {
        for _ in 0..self.engine.core().config.stop_polls.max(1) {
            match self.hardware().state(self.thread) {
                ThreadState::Stopped => return Waited::Stopped,
                ThreadState::Faulting if !killed => return Waited::Faulting,
                _ => core::hint::spin_loop(),
            }
        }
        Waited::Neither
    }

    fn fault(&self) -> Fault {
        let causes = self.hardware().fault(self.thread);
        let position = self.hardware().position(self.thread);
        let parts = self.with(|s| {
            s.stopped_at = Some(position);
            s.program.as_ref().map(|program| u32::from(program.len)).zip(s.code())
        });
        let mut fault = Fault::at(self.thread, causes, &position);
        if let Some((len, code)) = parts {
            let at = position.pc.wrapping_sub(code.bus());
            if at < len {
                fault.inside(self.hardware(), &code, at as u16, len);
            }
            // Whatever the device executed, the next transfer starts from what was planned.
            code.clean(0, len);
        }
        fault
    }
}

/// A channel in a phase that belongs to this code; dropped only by a panic of cache maintenance.
struct Left(Link);

impl Drop for Left {
    fn drop(&mut self) {
        // The buffers went with the panic: of the transfer nothing is left.
        let power = self.0.with(|s| {
            s.land();
            s.power.take()
        });
        drop(power);
    }
}
