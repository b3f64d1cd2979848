//! One channel's way through the phases of [`Slot`](super::slot::Slot): the only code that changes them in flight.
//!
//! No client code (handlers, wakers, buffers' or guards' destructors, cache maintenance) runs inside a critical section.

use super::buffers::Held;
use super::engine::{self, Engine, Hardware};
use super::memory::RawBuf;
use super::plan::Program;
use super::slot::{Phase, Slot, State};
use super::{Fault, StartError, Stuck, ThreadState, TransferError};
use crate::microcode::{Encoded, Side};
use crate::power::Grant;
use crate::sync::exclusive;

/// A channel of an engine.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) engine: &'static dyn Engine,
    pub(super) slot: &'static Slot,
    pub(super) thread: u8,
}

/// Buffers and power that could not be used.
pub(super) struct Refused {
    pub(super) error: StartError,
    pub(super) held: Held,
    pub(super) power: Grant,
}

/// A transfer that was loaded.
#[derive(Clone, Copy)]
pub(super) struct Loaded {
    flight: u32,
    /// Bytes of the program that changed.
    pub(super) patched: u8,
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

    fn hardware(&self) -> &'static dyn Hardware {
        self.engine.hardware()
    }

    pub(super) fn phase(&self) -> Phase {
        self.with(|s| s.phase)
    }

    /// Put buffers and power in and make program and caches ready: `from` -> Submitted. Atomic.
    pub(super) fn load(&self, from: Phase, held: Held, power: Grant) -> Result<Loaded, Refused> {
        self.collect(false);
        let refuse = |error, held, power| Err(Refused { error, held, power });
        if !power.is_from(self.engine.core().power) {
            return refuse(StartError::OtherPower, held, power);
        }
        let entered = self.with(|s| {
            if s.phase != from {
                return Err(StartError::Busy);
            }
            if from == Phase::Callback && (s.closing || s.orphan) {
                return Err(StartError::Closed);
            }
            let program = s.program.ok_or(StartError::Closed)?;
            self.check(&program, &held)?;
            s.closing = false;
            s.phase = Phase::Loading;
            Ok((program, s.memory.take()))
        });
        let (program, memory) = match entered {
            Ok(entered) => entered,
            Err(error) => return refuse(error, held, power),
        };
        // Puts everything back if cache maintenance panics.
        let mut loading = Loading { link: *self, memory };
        let [source, destination] = &held.0;
        if let Some(source) = source {
            source.before_device_reads(program.bytes);
        }
        if let Some(destination) = destination {
            destination.before_device_writes(program.bytes);
        }
        let patched = loading.memory.as_mut().map_or(0, |memory| patch(memory, &program, &held));
        let loaded = self.with(|s| {
            s.memory = loading.memory.take();
            if s.closing || s.orphan {
                // The owner stopped the channel meanwhile.
                s.phase = from;
                return Err((held, power));
            }
            s.held = held;
            s.power = Some(power);
            s.result = Ok(());
            s.abandoned = false;
            s.flight = s.flight.wrapping_add(1);
            // Until it is started: is it the owner's, not a handler's?
            s.attached = from == Phase::Idle;
            s.phase = Phase::Submitted;
            Ok(Loaded { flight: s.flight, patched })
        });
        core::mem::forget(loading);
        loaded.or_else(|(held, power)| refuse(StartError::Closed, held, power))
    }

    /// Do these buffers fit the program?
    pub(super) fn check(&self, program: &Program, held: &Held) -> Result<(), StartError> {
        let memory = self.engine.core().memory;
        let sides = [(Side::Source, program.source), (Side::Destination, program.destination)];
        for ((side, planned), buffer) in sides.into_iter().zip(&held.0) {
            let Some(buffer) = buffer else { continue };
            if !buffer.arena().same_bus(memory) {
                return Err(StartError::OtherMemory);
            }
            if buffer.bytes() < program.bytes {
                return Err(StartError::TooShort { side, need: program.bytes, have: buffer.bytes() });
            }
            let modulus = program.alignment.max(1);
            let (planned, found) = (planned as u8 & (modulus - 1), buffer.bus() as u8 & (modulus - 1));
            if planned != found {
                return Err(StartError::Alignment { side, planned, found, modulus });
            }
        }
        Ok(())
    }

    /// Start what was loaded: Submitted -> Running, or back to `back` if that fails. One register read and three
    /// writes. Atomic.
    pub(super) fn go(&self, loaded: Loaded, back: Phase, attached: bool) -> Result<(), Refused> {
        let core = self.engine.core();
        core.memory.barrier();
        let failed = exclusive(|cs| {
            let program = self.slot.0.within(cs, |s| {
                // Otherwise the owner has cancelled what was submitted and has the buffers.
                let submitted = s.phase == Phase::Submitted && s.flight == loaded.flight;
                let program = s.memory.as_ref().filter(|_| submitted)?.bus();
                s.attached = attached;
                // Before the start: the interrupt may come at once.
                s.phase = Phase::Running;
                Some(program)
            })?;
            let non_secure = core.shared.within(cs, |s| s.capabilities.is_some_and(|c| c.non_secure));
            let started = self.hardware().start(self.thread, program, non_secure, core.config.command_polls);
            let Err(Stuck) = started else { return None };
            let (held, power) = self.slot.0.within(cs, |s| {
                s.phase = back;
                s.empty()
            });
            power.map(|power| Refused { error: StartError::Stuck, held, power })
        });
        failed.map_or(Ok(()), Err)
    }

    /// The thread faulted or its event came: Completing -> Finished, Callback, Idle or Stopping. Interrupt body.
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
        let (held, bytes) = self.with(|s| (core::mem::take(&mut s.held), s.program.map_or(0, |p| p.bytes)));
        self.engine.core().memory.barrier();
        if let [_, Some(destination)] = &held.0 {
            destination.after_device_wrote(bytes);
        }
        enum Next {
            Done,
            Drop(Held),
            Call(super::slot::RawHandler, Held, Grant, u32),
        }
        let (next, power, waker) = self.with(|s| {
            let power = s.power.take();
            s.result = result;
            if s.abandoned || s.orphan {
                s.land();
                return (Next::Drop(held), power, s.waker.take());
            }
            match (s.handler, power) {
                (Some(handler), Some(power)) if may_call && !s.attached => {
                    s.phase = Phase::Callback;
                    (Next::Call(handler, held, power, s.flight), None, None)
                }
                (_, power) => {
                    s.held = held;
                    s.phase = Phase::Finished;
                    (Next::Done, power, s.waker.take())
                }
            }
        });
        drop(power);
        match next {
            Next::Done => {}
            Next::Drop(held) => drop(held),
            Next::Call(handler, held, power, flight) => {
                #[allow(unsafe_code, reason = "calls the erased handler")]
                // SAFETY: context and function were stored together, and the phase is Callback.
                unsafe {
                    (handler.call)(handler.context, *self, held, power, result);
                }
                // A handler that leaked its `Done` leaked the buffers; the channel goes on.
                self.with(|s| {
                    if s.phase == Phase::Callback && s.flight == flight {
                        s.land();
                    }
                });
            }
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// If the channel was killed and has stopped by now: Stopping -> as after a completion. Atomic; one register read.
    pub(super) fn collect(&self, may_call: bool) {
        let stopped = exclusive(|cs| {
            if self.slot.0.within(cs, |s| s.phase != Phase::Stopping) {
                return None;
            }
            let send = || {
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
                if let Some(event) = self.slot.0.within(cs, |s| s.event) {
                    self.hardware().clear_interrupts(1 << event);
                }
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
        let (kill, dropped, waker) = self.with(|s| {
            s.closing = true;
            match s.phase {
                Phase::Running => {
                    s.phase = Phase::Stopping;
                    s.unkilled = true;
                    s.attached = true;
                    s.abandoned = !keep;
                    s.result = Err(TransferError::Cancelled);
                    (true, None, s.waker.take())
                }
                Phase::Completing | Phase::Stopping => {
                    s.attached = true;
                    s.abandoned |= !keep;
                    (false, None, s.waker.take())
                }
                Phase::Submitted if keep => {
                    s.result = Err(TransferError::Cancelled);
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
    pub(super) fn take_finished(&self) -> Option<(Held, Result<(), TransferError>)> {
        let (held, power, result, waker) = self.with(|s| {
            if s.phase != Phase::Finished {
                return None;
            }
            s.land();
            let (held, power) = s.empty();
            Some((held, power, s.result, s.waker.take()))
        })?;
        drop((power, waker));
        Some((held, result))
    }

    /// Leave the buffers of an ended transfer to `recover`: Callback -> Finished. Atomic.
    pub(super) fn park(&self, held: Held, result: Result<(), TransferError>) {
        let dropped = self.with(|s| {
            s.result = result;
            if s.orphan {
                s.land();
                return Some(held);
            }
            s.held = held;
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
        let disassemble = self.hardware().disassembler();
        // The program stays this channel's alone while it is Completing; cache maintenance is not for locks.
        let (memory, program) = self.with(|s| (s.memory.take(), s.program));
        let (mut offset, mut instruction) = (None, None);
        if let (Some(memory), Some(program)) = (&memory, &program) {
            let len = u32::from(program.len);
            let at = position.pc.wrapping_sub(memory.bus());
            if at < len {
                let mut bytes = [0; Encoded::MAX];
                let most = Encoded::MAX.min((len - at) as usize);
                let count = memory.peek_bytes(at, bytes.split_at_mut(most).0);
                offset = Some(at as u16);
                instruction = Some(engine::instruction(bytes.split_at(count).0, disassemble));
            }
            // Whatever the device executed, the next transfer starts from what was planned.
            memory.publish(0, len);
        }
        self.with(|s| s.memory = memory);
        Fault {
            thread: self.thread,
            causes,
            pc: position.pc,
            offset,
            source: position.source,
            destination: position.destination,
            instruction,
            disassemble,
        }
    }
}

/// A channel in phase Loading; dropped only by a panic.
struct Loading {
    link: Link,
    memory: Option<RawBuf>,
}

impl Drop for Loading {
    fn drop(&mut self) {
        let memory = self.memory.take();
        self.link.with(|s| {
            s.memory = memory;
            // Of a re-armed transfer nothing is left to go back to.
            s.land();
        });
    }
}

/// Point the program at these buffers and make the change visible; returns how many of its bytes changed.
fn patch(memory: &mut RawBuf, program: &Program, held: &Held) -> u8 {
    let mut changed = 0;
    let (mut first, mut end) = (u32::MAX, 0);
    for (at, buffer) in [program.source_at, program.destination_at].into_iter().zip(&held.0) {
        let Some(buffer) = buffer else { continue };
        let at = u32::from(at);
        let mut old = [0; 4];
        memory.read_bytes(at, &mut old);
        let new = buffer.bus().to_le_bytes();
        if old != new {
            changed += old.iter().zip(new).filter(|(old, new)| **old != *new).count() as u8;
            memory.write_bytes(at, &new);
            (first, end) = (first.min(at), end.max(at + 4));
        }
    }
    if changed > 0 {
        memory.publish(first, end - first);
    }
    changed
}
