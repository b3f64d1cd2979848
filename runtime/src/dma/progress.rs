//! How far a transfer has come, while it runs and after.

use critical_section::CriticalSection;

use super::ThreadState;
use super::link::Link;
use super::slot::Phase;
use crate::sync::exclusive;

/// A transfer that goes on: what its program has signalled so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    pub(super) events: u32,
    pub(super) moved: u32,
}

impl Progress {
    /// Interrupts since the transfer began; each stands for one signal of the program, or for several that came close
    /// together.
    pub fn events(&self) -> u32 {
        self.events
    }

    /// Bytes that have surely arrived; of an endless transfer, since the current lap began.
    pub fn moved(&self) -> u32 {
        self.moved
    }
}

impl Link {
    /// Bytes of the transfer in flight, or of the last one, that have surely arrived; of an endless one, since the
    /// current lap began. Atomic; at most 5 register reads, and up to 4 more until it was once seen to have
    /// begun.
    pub(super) fn moved(&self) -> u32 {
        exclusive(|cs| {
            let (known, running) = self.slot.0.within(cs, |s| {
                let running = s.blocks().filter(|_| s.phase == Phase::Running);
                (s.moved, running.map(|blocks| (blocks, s.code(), s.event, s.may_fall_short())))
            });
            let Some((blocks, code, event, may_fall_short)) = running else { return known };
            // In this order: the program counter of a thread that has stopped may say anything.
            let position = self.has_begun(cs).then(|| self.position());
            let state = self.hardware().state(self.thread);
            let now = if state == ThreadState::Stopped {
                // Either the start still stands in the command interface, or the end has been signalled.
                let ended = event.is_some_and(|event| self.hardware().interrupts() & 1 << event != 0);
                if ended && !may_fall_short { blocks.bytes() } else { 0 }
            } else {
                // Before it waits for an event it waits for its writes.
                let waits = state == ThreadState::WaitingForEvent;
                let queued = if waits { 0 } else { self.engine.core().config.write_queue };
                code.zip(position).map_or(0, |(code, position)| blocks.moved(&code, &position, queued))
            };
            self.slot.0.within(cs, |s| {
                s.moved = if s.endless() { now } else { s.moved.max(now) };
                s.moved
            })
        })
    }

    /// Are the thread's address registers those of the transfer in flight, whenever they are read after this? Until its
    /// program counter was seen behind the instructions that set them they may be anybody's, also those of an earlier
    /// transfer between the same buffers. 4 register reads until then, afterwards none.
    pub(super) fn has_begun(&self, cs: CriticalSection<'_>) -> bool {
        if self.slot.0.within(cs, |s| s.begun) {
            return true;
        }
        // In this order: the program counter is this program's only once the thread has started.
        if self.hardware().state(self.thread) == ThreadState::Stopped {
            return false;
        }
        let position = self.position();
        self.slot.0.within(cs, |s| {
            s.begun = s.blocks().zip(s.code()).is_some_and(|(blocks, code)| blocks.has_begun(&code, &position));
            s.begun
        })
    }

    /// Bytes that have not, as far as anybody can tell. As [`moved`](Self::moved).
    pub(super) fn residue(&self) -> u32 {
        let moved = self.moved();
        self.with(|s| s.program.map_or(0, |program| program.bytes.saturating_sub(moved)))
    }

    /// Tell of progress, and then of what came meanwhile. Interrupt body; the slot says that this one is telling.
    pub(super) fn tell(&self) {
        let _telling = Telling(*self);
        loop {
            let (handler, waker, events) = self.with(|s| {
                let news = core::mem::replace(&mut s.told, s.events) != s.events;
                let handler = s.handler.filter(|_| news && !s.attached && s.phase != Phase::Stopping);
                (handler, s.waker.take(), s.events)
            });
            if let Some(handler) = handler {
                let progress = Progress { events, moved: self.moved() };
                #[allow(unsafe_code, reason = "calls the erased handler")]
                // SAFETY: context and function were stored together.
                unsafe {
                    (handler.progress)(handler.context, progress);
                }
            }
            if let Some(waker) = waker {
                waker.wake();
            }
            if !self.with(|s| core::mem::take(&mut s.again) && s.deferred.is_none()) {
                return;
            }
        }
    }
}

/// While it lives, other interrupt bodies leave the channel to this one.
struct Telling(Link);

impl Drop for Telling {
    fn drop(&mut self) {
        let ended = self.0.with(|s| {
            s.telling = false;
            s.again = false;
            s.deferred.take()
        });
        if let Some(faulted) = ended {
            self.0.complete(faulted);
        }
    }
}
