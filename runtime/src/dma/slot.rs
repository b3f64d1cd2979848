use core::task::Waker;

use super::blocks::Blocks;
use super::buffers::{Held, Role};
use super::equip::Line;
use super::link::{Cargo, Link};
use super::memory::{RawBuf, View};
use super::pause::Pause;
use super::plan::Program;
use super::ring::Lap;
use super::{FULL, Position, Progress, TransferError};
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
    /// `context` as stored beside it; the link is the slot's own, in phase `Callback` for these buffers. It takes buffers
    /// and power out.
    pub(super) call: unsafe fn(*const (), Link, &mut Cargo, &Result<(), TransferError>),
    /// # Safety
    /// `context` as stored beside it.
    pub(super) progress: unsafe fn(*const (), Progress),
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
    /// What its checkpoints signal and wait for; raises an interrupt only while a pause is wanted.
    pub(super) checkpoint: Option<u8>,
    /// What it waits for before each period.
    pub(super) gate: Option<u8>,
    /// Which side a single buffer is.
    pub(super) role: Role,
    /// The device may end the transfer early, so its end says nothing of its length.
    pub(super) may_fall_short: bool,
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
    /// Its end was found by a watchdog.
    pub(super) lost: bool,
    pub(super) result: Result<(), TransferError>,
    /// The program was seen to have set its addresses; before that the registers hold anybody's.
    pub(super) begun: bool,
    /// Bytes of the last transfer that surely arrived, as far as anybody has looked. It only grows.
    pub(super) moved: u32,
    /// Where the thread stood before it was killed.
    pub(super) stopped_at: Option<Position>,
    /// How often the program has signalled, as far as interrupts tell; starts anew with each transfer.
    pub(super) events: u32,
    /// Up to where the handler has been told.
    pub(super) told: u32,
    /// An interrupt body is telling of progress: it also serves what comes meanwhile.
    pub(super) telling: bool,
    /// There was more progress meanwhile.
    pub(super) again: bool,
    /// The transfer ended meanwhile: did the thread fault?
    pub(super) deferred: Option<bool>,
    pub(super) pause: Pause,
    /// The manager has faulted since the thread was last told to go on, and may not have told it.
    pub(super) unheard: bool,
    /// Of an endless program: where it is.
    pub(super) lap: Lap,
    pub(super) held: Held,
    pub(super) power: Option<Grant>,
    pub(super) waker: Option<Waker>,
    pub(super) handler: Option<RawHandler>,
    /// Program memory. The table in it is never written; the rest only in phases that belong to whoever writes.
    pub(super) memory: Option<RawBuf>,
    pub(super) program: Option<Program>,
}

impl Slot {
    pub(super) const fn new() -> Self {
        Self(Lock::new(State {
            phase: Phase::Free,
            flight: 0,
            event: None,
            checkpoint: None,
            gate: None,
            role: Role::Both,
            may_fall_short: false,
            line: None,
            orphan: false,
            closing: false,
            attached: false,
            abandoned: false,
            unkilled: false,
            lost: false,
            result: Ok(()),
            begun: false,
            moved: 0,
            stopped_at: None,
            events: 0,
            told: 0,
            telling: false,
            again: false,
            deferred: None,
            pause: Pause::Off,
            unheard: false,
            lap: Lap::NEW,
            held: Held::Empty,
            power: None,
            waker: None,
            handler: None,
            memory: None,
            program: None,
        }))
    }
}

impl State {
    /// What its checkpoints signal and wait for.
    pub(super) fn checkpoint(&self) -> Option<u8> {
        if FULL { self.checkpoint } else { None }
    }

    /// What it waits for before each period.
    pub(super) fn gate(&self) -> Option<u8> {
        if FULL { self.gate } else { None }
    }

    /// Its program never ends.
    pub(super) fn endless(&self) -> bool {
        FULL && self.program.as_ref().is_some_and(|program| program.endless)
    }

    /// An interrupt body is telling of progress.
    pub(super) fn telling(&self) -> bool {
        FULL && self.telling
    }

    /// The device may end the transfer early.
    pub(super) fn may_fall_short(&self) -> bool {
        FULL && self.may_fall_short
    }

    /// The program and what its buffers are.
    pub(super) fn blocks(&self) -> Option<Blocks> {
        Blocks::of(self.program.as_ref()?, self.role)
    }

    /// Where the program lies.
    pub(super) fn code(&self) -> Option<View> {
        let memory = self.memory.as_ref()?;
        #[allow(unsafe_code, reason = "program memory is written through views, so that it need not leave the slot")]
        // SAFETY: the memory leaves the slot only with the last owner. It is written in phases that belong to one writer
        // alone, and then read by nobody else but for the table, which is not written. Devices only read it.
        Some(unsafe { memory.view() })
    }

    /// Another transfer.
    pub(super) fn begin(&mut self) {
        self.flight = self.flight.wrapping_add(1);
        self.result = Ok(());
        self.abandoned = false;
        self.lost = false;
        self.begun = false;
        self.moved = 0;
        self.stopped_at = None;
        if FULL {
            self.events = 0;
            self.told = 0;
            self.again = false;
            self.unheard = false;
            self.lap = Lap::begin(self.gate.is_some());
        }
    }

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
    pub(super) fn empty(&mut self) -> Cargo {
        Cargo { held: core::mem::take(&mut self.held), power: self.power.take() }
    }

    /// Put buffers and power into an empty slot.
    pub(super) fn put(&mut self, held: Held, power: Option<Grant>) {
        // There is nothing to drop, so no code to look.
        core::mem::forget(core::mem::replace(&mut self.held, held));
        core::mem::forget(core::mem::replace(&mut self.power, power));
    }
}
