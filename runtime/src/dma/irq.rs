//! The interrupt body.

use critical_section::CriticalSection;

use super::engine::Engine;
use super::equip::links;
use super::link::Link;
use super::slot::Phase;
use super::{FULL, FaultCauses, ThreadState, TransferError};
use crate::context::Atomic;
use crate::sync::exclusive;

pub(super) fn irq(engine: &'static dyn Engine) -> bool {
    serve(engine, false).0
}

/// The interrupt body; `late` marks the transfers that it ends as missed by their interrupt. Returns whether there was
/// anything to do, and the threads (bit n: thread n) whose transfers ended.
pub(super) fn serve(engine: &'static dyn Engine, late: bool) -> (bool, u32) {
    let (core, hardware) = (engine.core(), engine.hardware());
    let Some(_power) = core.powered() else { return (false, 0) };
    let _atomic = Atomic::enter();
    let mut todo =
        Todo { engine, ended: 0, told: 0, stopping: 0, faulting: 0, unstarted: 0, causes: FaultCauses::NONE };
    let (mut over, mut later) = (0, 0);
    // One critical section from reading the events to taking over the transfers they end: an event that another
    // processor has read too must not end the next transfer of the same channel.
    let (pending, revived) = exclusive(|cs| {
        // Events before faults: a thread that raised its event and is not seen faulting then had not faulted before.
        let raised = hardware.interrupts();
        let faulting = hardware.faulting();
        let manager = hardware.manager_fault();
        if raised != 0 {
            hardware.clear_interrupts(raised);
        }
        // Before anything else is asked of it. If the command interface is stuck, the fault stays and the next
        // interrupt tries again.
        let revived = manager.filter(|_| hardware.kill_manager(core.config.command_polls).is_ok());
        todo.faulting = faulting;
        for link in links(engine) {
            let bit = 1 << link.thread;
            let hit = |event: Option<u8>| event.is_some_and(|event| raised & 1 << event != 0);
            let faulted = faulting & bit != 0;
            let (phase, signalled, at_checkpoint, in_parts) = link.slot.0.within(cs, |s| {
                let in_parts = s.program.as_ref().is_some_and(|program| program.endless || program.events > 1);
                (s.phase, hit(s.event), hit(s.checkpoint()), FULL && in_parts)
            });
            match phase {
                Phase::Running => {
                    if at_checkpoint {
                        later |= bit;
                        if link.at_checkpoint(cs) && link.begin_telling(cs) {
                            todo.told |= bit;
                        }
                    }
                    if signalled && !faulted && in_parts && link.has_progressed(cs) {
                        later |= bit;
                        if link.begin_telling(cs) {
                            todo.told |= bit;
                        }
                    } else if signalled || faulted {
                        over |= bit;
                        if link.end(cs, faulted, late) {
                            todo.ended |= bit;
                        }
                    }
                }
                Phase::Stopping => todo.stopping |= bit,
                _ => {}
            }
            if let Some(causes) = revived {
                todo.causes = causes;
                if FULL {
                    later |= bit;
                }
                let unstarted = link.is_unstarted(cs);
                link.slot.0.within(cs, |s| {
                    if FULL {
                        s.unheard |= s.phase == Phase::Running;
                    }
                    if unstarted {
                        s.phase = Phase::Completing;
                        todo.unstarted |= bit;
                    }
                });
            }
        }
        (raised != 0 || faulting != 0 || manager.is_some(), revived.is_some())
    });
    // What threads are to be told: one at a time, for each may have to wait for the command interface.
    for link in links(engine).filter(|link| FULL && later & 1 << link.thread != 0) {
        if exclusive(|cs| link.tell_thread(cs, revived) && link.begin_telling(cs)) {
            todo.told |= 1 << link.thread;
        }
    }
    todo.work();
    (pending, over)
}

impl Link {
    /// Tell a thread that waits for it to go on; after a fault of the manager also what it may not have heard. At most
    /// one wait for the command interface. Is somebody to be woken, because it is stuck?
    fn tell_thread(&self, cs: CriticalSection<'_>, revived: bool) -> bool {
        let stuck = self.go_on(cs) || revived && self.repeat_resume(cs);
        // Its client's next look tries again.
        stuck || self.open(cs).is_err()
    }

    /// The manager had faulted: was it to start this transfer? Commands that it was given before are gone, so a thread
    /// that stands still and has not signalled its end never began.
    fn is_unstarted(&self, cs: CriticalSection<'_>) -> bool {
        let (running, event) = self.slot.0.within(cs, |s| (s.phase == Phase::Running, s.event));
        running
            && self.hardware().state(self.thread) == ThreadState::Stopped
            && event.is_none_or(|event| self.hardware().interrupts() & 1 << event == 0)
    }

    /// Of a program that has signalled, and whose signal has been cleared: count the signal, unless it was the last one.
    /// A signal that comes after this look raises the interrupt again.
    fn has_progressed(&self, cs: CriticalSection<'_>) -> bool {
        if self.slot.0.within(cs, |s| s.program.as_ref().is_some_and(|program| program.endless)) {
            self.period_ended(cs);
            return true;
        }
        // In this order: the program counter of a thread that has stopped may say anything.
        let pc = self.position().pc;
        if self.hardware().state(self.thread) == ThreadState::Stopped {
            return false;
        }
        self.slot.0.within(cs, |s| {
            let ended = s.program.as_ref().zip(s.memory.as_ref()).is_some_and(|(program, memory)| {
                let at = pc.wrapping_sub(memory.bus());
                program.last_event_at.is_some_and(|last| at > last.into()) && at <= program.len.into()
            });
            s.events = s.events.wrapping_add((!ended).into());
            !ended
        })
    }

    /// Set the mark that somebody tells of this channel's progress; `false` when somebody does already and will do so
    /// again.
    fn begin_telling(&self, cs: CriticalSection<'_>) -> bool {
        self.slot.0.within(cs, |s| {
            s.again = s.telling;
            s.telling = true;
            !s.again
        })
    }

    /// Running -> Completing. `false` when somebody tells of its progress at this moment and completes it afterwards.
    fn end(&self, cs: CriticalSection<'_>, faulted: bool, late: bool) -> bool {
        self.slot.0.within(cs, |s| {
            s.phase = Phase::Completing;
            s.lost = late;
            if FULL {
                s.deferred = s.telling.then_some(faulted);
            }
            !s.telling()
        })
    }
}

/// What one interrupt leaves to do for each channel (bit n: thread n).
///
/// A handler or waker that panics must not take the other channels' completions with it: what is left is done while
/// unwinding.
struct Todo {
    engine: &'static dyn Engine,
    ended: u32,
    /// They go on and have signalled.
    told: u32,
    stopping: u32,
    faulting: u32,
    /// The manager failed to start them, for `causes`.
    unstarted: u32,
    causes: FaultCauses,
}

impl Todo {
    fn work(&mut self) {
        if self.ended | self.told | self.stopping | self.faulting | self.unstarted == 0 {
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
            } else if FULL && take(&mut self.told) {
                link.tell();
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
