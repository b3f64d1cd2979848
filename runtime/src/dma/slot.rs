use core::task::Waker;

use super::TransferError;
use super::buffers::Held;
use super::equip::Line;
use super::link::Link;
use super::memory::RawBuf;
use super::plan::Program;
use crate::power::Grant;
use crate::sync::Lock;

/// Where a channel stands. Each change is made in a critical section; phases that name an activity belong to whoever
/// entered them, alone, until it leaves them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Nobody's.
    Free,
    /// Its owner is gone; the next to prepare may have it.
    Lost,
    /// Being prepared or released.
    Busy,
    /// Prepared; no buffers.
    Idle,
    /// Addresses are being patched and caches maintained.
    Loading,
    /// Buffers and power are in; not started.
    Submitted,
    /// The thread runs, or has ended and the interrupt has not been served.
    Running,
    /// The result is known; caches are being maintained.
    Completing,
    /// Killed; the thread may still write.
    Stopping,
    /// A completion callback has the buffers.
    Callback,
    /// Result and buffers wait to be taken.
    Finished,
}

/// A handler without its types.
#[derive(Clone, Copy)]
pub(super) struct RawHandler {
    pub(super) context: *const (),
    /// # Safety
    /// `context` as stored beside it; the link is the slot's own, in phase `Callback` for these buffers.
    pub(super) call: unsafe fn(*const (), Link, Held, Grant, Result<(), TransferError>),
}

#[allow(unsafe_code, reason = "a shared reference to a `Sync` handler, erased")]
// SAFETY: made only from `&'static H` with `H: Sync`.
unsafe impl Send for RawHandler {}

/// All that the engine knows about one channel thread.
pub(super) struct Slot(pub(super) Lock<State>);

pub(super) struct State {
    pub(super) phase: Phase,
    /// Counts transfers, so that who comes late can tell.
    pub(super) flight: u32,
    /// What its program signals.
    pub(super) event: Option<u8>,
    /// The request line it serves.
    pub(super) line: Option<Line>,
    /// The owning handle was dropped.
    pub(super) orphan: bool,
    /// No re-arming: the owner is stopping the channel.
    pub(super) closing: bool,
    /// The result goes to a `Transfer` or `recover`, not to the handler. In phase `Submitted`: the owner submitted it.
    pub(super) attached: bool,
    /// Nobody wants the buffers back.
    pub(super) abandoned: bool,
    /// A kill is still to be issued: the command interface was stuck.
    pub(super) unkilled: bool,
    pub(super) result: Result<(), TransferError>,
    pub(super) held: Held,
    pub(super) power: Option<Grant>,
    pub(super) waker: Option<Waker>,
    pub(super) handler: Option<RawHandler>,
    /// Program memory; taken out by whoever writes to it.
    pub(super) memory: Option<RawBuf>,
    pub(super) program: Option<Program>,
}

impl Slot {
    pub(super) const fn new() -> Self {
        Self(Lock::new(State {
            phase: Phase::Free,
            flight: 0,
            event: None,
            line: None,
            orphan: false,
            closing: false,
            attached: false,
            abandoned: false,
            unkilled: false,
            result: Ok(()),
            held: Held::EMPTY,
            power: None,
            waker: None,
            handler: None,
            memory: None,
            program: None,
        }))
    }
}

impl State {
    /// Leave the flight: nothing in the slot any more.
    pub(super) fn land(&mut self) {
        self.phase = Phase::Idle;
        if self.orphan {
            self.phase = Phase::Lost;
            self.program = None;
            self.line = None;
        }
    }

    /// What was in the slot; dropped by the caller outside the lock.
    pub(super) fn empty(&mut self) -> (Held, Option<Grant>) {
        (core::mem::take(&mut self.held), self.power.take())
    }
}
