//! Pausing at a program's checkpoints.
//!
//! A checkpoint signals an event and waits for it. While the event's interrupt is masked that goes through at once. A
//! pause unmasks it: the next checkpoint's signal then raises the interrupt instead, and the thread stands. To resume,
//! the interrupt is cleared and masked again, in this order, and the manager signals the event.

use critical_section::CriticalSection;

use super::error::PauseError;
use super::link::Link;
use super::slot::{Phase, State};
use super::{FULL, ThreadState};
use crate::sync::exclusive;

/// Of a running transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pause {
    /// It runs; the checkpoints' event is masked.
    Off,
    /// It is to stand at its next checkpoint; the event is unmasked.
    Asked,
    /// It stands, or will after one more instruction.
    Paused,
    /// It was to stand and is to go on after all. The event stays unmasked until the checkpoint is reached: masking it
    /// earlier could miss a signal that is just being raised, and the thread would stand for ever.
    Resuming,
    /// It has reached that checkpoint, and the interrupt body is about to tell it to go on.
    Owed,
}

impl State {
    /// The thread has stopped: the event that is to be masked, if it is not.
    pub(super) fn end_pause(&mut self) -> Option<u8> {
        if !FULL {
            return None;
        }
        let was = core::mem::replace(&mut self.pause, Pause::Off);
        self.checkpoint.filter(|_| was != Pause::Off)
    }
}

impl Link {
    /// Have the program stand at its next checkpoint. Atomic.
    pub(super) fn pause(&self) -> Result<(), PauseError> {
        exclusive(|cs| {
            let unmask = self.slot.0.within(cs, |s| {
                let checkpoint = s.checkpoint.filter(|_| s.phase == Phase::Running).ok_or(PauseError::Ended)?;
                match s.pause {
                    Pause::Off => {
                        s.pause = Pause::Asked;
                        return Ok(Some(checkpoint));
                    }
                    Pause::Resuming => s.pause = Pause::Asked,
                    Pause::Owed => s.pause = Pause::Paused,
                    Pause::Asked | Pause::Paused => {}
                }
                Ok(None)
            })?;
            if let Some(checkpoint) = unmask {
                // The signal that ended the last pause may still stand in the command interface.
                let polls = self.engine.core().config.command_polls;
                if (0..polls).all(|_| self.hardware().is_busy()) {
                    self.slot.0.within(cs, |s| s.pause = Pause::Off);
                    return Err(PauseError::Stuck);
                }
                self.engine.core().enable(self.hardware(), |enabled| enabled | 1 << checkpoint);
            }
            Ok(())
        })
    }

    /// Have it go on. Atomic.
    pub(super) fn resume(&self) -> Result<(), PauseError> {
        exclusive(|cs| {
            if self.notice(cs) {
                return Err(PauseError::Stuck);
            }
            let (running, pause) = self.slot.0.within(cs, |s| {
                if s.pause == Pause::Asked {
                    s.pause = Pause::Resuming;
                }
                (s.phase == Phase::Running, s.pause)
            });
            match pause {
                _ if !running => Err(PauseError::Ended),
                Pause::Paused | Pause::Owed => self.let_go(cs),
                _ => Ok(()),
            }
        })
    }

    /// Does it stand? Atomic; one register read while a pause is wanted.
    pub(super) fn is_paused(&self) -> bool {
        exclusive(|cs| {
            self.notice(cs);
            self.slot.0.within(cs, |s| s.phase == Phase::Running && s.pause == Pause::Paused)
        })
    }

    /// A checkpoint raised its interrupt, which has been cleared. Is somebody to be woken? [`go_on`](Self::go_on) must
    /// follow.
    pub(super) fn at_checkpoint(&self, cs: CriticalSection<'_>) -> bool {
        self.slot.0.within(cs, |s| {
            let was = s.pause;
            s.pause = match was {
                Pause::Asked => Pause::Paused,
                Pause::Resuming => Pause::Owed,
                other => other,
            };
            was == Pause::Asked
        })
    }

    /// Tell it to go on, if that is owed. Is somebody to be woken, because the command interface is stuck? The transfer
    /// then counts as paused, and the client may resume it again.
    pub(super) fn go_on(&self, cs: CriticalSection<'_>) -> bool {
        let owed = self.slot.0.within(cs, |s| s.phase == Phase::Running && s.pause == Pause::Owed);
        owed && self.let_go(cs).is_err()
    }

    /// See for oneself whether the thread stands: the event may have been unmasked between its signal and its wait, and
    /// not every controller then raises an interrupt. Is the command interface stuck, so that it was not told to go on?
    pub(super) fn notice(&self, cs: CriticalSection<'_>) -> bool {
        let wanted = FULL
            && self
                .slot
                .0
                .within(cs, |s| s.phase == Phase::Running && matches!(s.pause, Pause::Asked | Pause::Resuming));
        if !wanted || self.hardware().state(self.thread) != ThreadState::WaitingForEvent {
            return false;
        }
        self.at_checkpoint(cs);
        self.go_on(cs)
    }

    /// The manager had faulted: a thread that still waits at its checkpoint though nobody wants it to was not told to
    /// go on. One that goes through it just now does not wait for two looks, and one that was told since has heard it.
    /// Returns as [`go_on`](Self::go_on).
    pub(super) fn repeat_resume(&self, cs: CriticalSection<'_>) -> bool {
        let waits = || self.hardware().state(self.thread) == ThreadState::WaitingForEvent;
        let runs = self
            .slot
            .0
            .within(cs, |s| s.phase == Phase::Running && s.checkpoint.is_some() && s.pause == Pause::Off && s.unheard);
        runs && waits() && waits() && self.let_go(cs).is_err()
    }

    fn let_go(&self, cs: CriticalSection<'_>) -> Result<(), PauseError> {
        let Some(checkpoint) = self.slot.0.within(cs, |s| s.checkpoint) else { return Ok(()) };
        self.mask(checkpoint);
        let sent = self.hardware().send_event(checkpoint, self.engine.core().config.command_polls);
        self.slot.0.within(cs, |s| {
            s.pause = if sent.is_ok() { Pause::Off } else { Pause::Paused };
            s.unheard &= sent.is_err();
        });
        sent.map_err(|_| PauseError::Stuck)
    }

    /// Clear a raised interrupt, then disable it: in this order, for afterwards it could not be cleared any more.
    pub(super) fn mask(&self, event: u8) {
        self.hardware().clear_interrupts(1 << event);
        self.engine.core().enable(self.hardware(), |enabled| enabled & !(1 << event));
    }
}
