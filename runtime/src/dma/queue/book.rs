//! What a queue keeps in the storage that the client lends it, and every change of it: each is short, of bounded
//! length, in a critical section, and runs no client code.

use core::task::Waker;

use critical_section::CriticalSection;

use super::entry::{Delivery, Ending, Entry, Step, Unkept};
use super::handler::QueueHandler;
use super::{AfterError, Status};
use crate::dma::flight::Flight;
use crate::dma::slot::Phase;
use crate::dma::{BuffersOf, Completed, Endpoint, Prepared, Shape, StartError, TransferError};
use crate::power::Active;
use crate::sync::{Lock, exclusive};

/// All of a queue but its entries.
///
/// The entries are counted from the oldest that was not popped: first those that were started or are to be cancelled
/// (`started`), then those that may start (`issued`), then the rest (`len`).
pub(super) struct State<E: Endpoint, S: Shape> {
    /// A queue uses the storage.
    pub(super) taken: bool,
    /// Away while somebody starts or stops a transfer with it.
    prepared: Option<Prepared<E, S>>,
    flight: Option<Flight<BuffersOf<E, S>>>,
    /// Of each transfer.
    bytes: u32,
    /// Number of the oldest entry, and its place.
    first: u32,
    head: usize,
    len: usize,
    issued: usize,
    started: usize,
    /// As many of the oldest entries are to come back cancelled if they have not ended.
    doomed: usize,
    /// Of the doomed, those that were looked at.
    swept: usize,
    /// The entry that the engine has.
    flying: Option<u32>,
    /// It was told to stop it.
    cancelled: bool,
    /// Completions being handled.
    entered: u32,
    /// The callback was told that a start failed; the next is tried when the queue is used again.
    stuck: bool,
    /// Somebody calls the callback.
    delivering: bool,
    /// No submitting: the queue is being taken down.
    pub(super) closing: bool,
    /// The queue was dropped.
    abandoned: bool,
    pub(super) after_error: AfterError,
    pub(super) waker: Option<Waker>,
    pub(super) handler: Option<&'static dyn QueueHandler<E, S>>,
}

/// The places of a queue, borrowed.
pub(super) struct Places<'q, E: Endpoint, S: Shape> {
    pub(super) state: &'q Lock<State<E, S>>,
    pub(super) entries: &'q [Lock<Entry<E, S>>],
}

impl<E: Endpoint, S: Shape> Clone for Places<'_, E, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E: Endpoint, S: Shape> Copy for Places<'_, E, S> {}

impl<'q, E: Endpoint, S: Shape> Places<'q, E, S> {
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Book<'_, E, S>) -> R) -> R {
        exclusive(|cs| self.state.within(cs, |state| f(&mut Book { cs, state, entries: self.entries })))
    }
}

/// A queue inside a critical section.
pub(super) struct Book<'a, E: Endpoint, S: Shape> {
    cs: CriticalSection<'a>,
    pub(super) state: &'a mut State<E, S>,
    entries: &'a [Lock<Entry<E, S>>],
}

impl<E: Endpoint, S: Shape> State<E, S> {
    pub(super) const fn new() -> Self {
        Self {
            taken: false,
            prepared: None,
            flight: None,
            bytes: 0,
            first: 0,
            head: 0,
            len: 0,
            issued: 0,
            started: 0,
            doomed: 0,
            swept: 0,
            flying: None,
            cancelled: false,
            entered: 0,
            stuck: false,
            delivering: false,
            closing: false,
            abandoned: false,
            after_error: AfterError::Continue,
            waker: None,
            handler: None,
        }
    }

    pub(super) fn open(&mut self, prepared: Prepared<E, S>) {
        self.flight = Some(prepared.flight());
        self.bytes = prepared.program().bytes;
        self.prepared = Some(prepared);
        self.flying = None;
        (self.cancelled, self.stuck, self.closing, self.abandoned) = (false, false, false, false);
        self.after_error = AfterError::Continue;
    }

    pub(super) fn flight(&self) -> Option<Flight<BuffersOf<E, S>>> {
        self.flight
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Will an entry end by itself, or has one ended that nobody took?
    pub(super) fn busy(&self) -> bool {
        self.issued > 0
    }

    fn offset(&self, number: u32) -> Option<usize> {
        let offset = number.wrapping_sub(self.first) as usize;
        (offset < self.len).then_some(offset)
    }

    fn number(&self, offset: usize) -> u32 {
        // No queue is as long as the numbers are.
        self.first.wrapping_add(offset as u32)
    }

    /// Does the engine still have an entry that is to be cancelled?
    pub(super) fn stopping(&self) -> Option<u32> {
        self.flying.filter(|number| self.offset(*number).is_none_or(|offset| offset < self.doomed))
    }

    /// Nothing of this queue goes on anywhere.
    pub(super) fn quiet(&self) -> bool {
        self.flying.is_none() && self.entered == 0 && !self.delivering && self.prepared.is_some()
    }

    /// Take the channel out of a quiet queue.
    pub(super) fn close(&mut self) -> Option<Prepared<E, S>> {
        if self.quiet() { self.prepared.take() } else { None }
    }

    /// Everything up to now that has not ended is to come back cancelled.
    pub(super) fn doom(&mut self) {
        (self.doomed, self.started, self.issued) = (self.len, self.len, self.len);
    }

    pub(super) fn issue(&mut self) {
        self.issued = self.len;
    }

    /// Try again to start. Not on behalf of the callback: it would be told of the next failure, and so on.
    pub(super) fn unstick(&mut self) {
        self.stuck &= self.delivering;
    }

    pub(super) fn abandon(&mut self) {
        (self.closing, self.abandoned) = (true, true);
    }
}

impl<E: Endpoint, S: Shape> Book<'_, E, S> {
    fn entry(&self, offset: usize) -> Option<&Lock<Entry<E, S>>> {
        // No division: not every processor has one.
        let place = self.state.head + offset;
        self.entries.get(if place < self.entries.len() { place } else { place - self.entries.len() })
    }

    fn replace(&self, offset: usize, with: Entry<E, S>) -> Option<Entry<E, S>> {
        let entry = self.entry(offset)?;
        Some(entry.within(self.cs, |entry| core::mem::replace(entry, with)))
    }

    /// Keep buffers; returns the entry's number, or what was given when there is no room.
    pub(super) fn push(&mut self, bufs: BuffersOf<E, S>, power: Active<E::Peer>) -> Result<u32, Unkept<E, S>> {
        if self.state.closing {
            return Err(Unkept { error: StartError::Closed, bufs, power });
        }
        if self.state.len >= self.entries.len() {
            return Err(Unkept { error: StartError::QueueFull, bufs, power });
        }
        let offset = self.state.len;
        // The place is free.
        let _ = self.replace(offset, Entry::Waiting(bufs, power));
        self.state.len += 1;
        Ok(self.state.number(offset))
    }

    /// Take the oldest entry if it has ended.
    pub(super) fn pop(&mut self) -> Option<(u32, Entry<E, S>)> {
        self.take(|entry| matches!(entry, Entry::Ended(..) | Entry::Lost))
    }

    /// Take the oldest entry, whatever it is: the queue is gone.
    pub(super) fn drain(&mut self) -> Option<Entry<E, S>> {
        self.take(|_| true).map(|(_, entry)| entry)
    }

    fn take(&mut self, which: impl FnOnce(&Entry<E, S>) -> bool) -> Option<(u32, Entry<E, S>)> {
        let number = self.state.first;
        let entry = self.entry(0).filter(|_| self.state.len > 0)?.within(self.cs, |entry| {
            let taken = which(entry);
            taken.then(|| core::mem::replace(entry, Entry::Free))
        })?;
        let state = &mut *self.state;
        state.first = state.first.wrapping_add(1);
        state.head = if state.head + 1 < self.entries.len() { state.head + 1 } else { 0 };
        for count in [&mut state.len, &mut state.issued, &mut state.started, &mut state.doomed, &mut state.swept] {
            *count = count.saturating_sub(1);
        }
        Some((number, entry))
    }

    /// Take the oldest ended entry for the callback. Who gets one calls [`Self::delivered`] after.
    pub(super) fn deliver(&mut self) -> Option<Delivery<E, S>> {
        let handler = self.state.handler.filter(|_| !self.state.delivering)?;
        // What ended before there was a callback waits for `pop`.
        let (number, entry) = self.take(|entry| matches!(entry, Entry::Ended(_, Some(_)) | Entry::Lost))?;
        self.state.delivering = true;
        self.state.stuck |= matches!(&entry, Entry::Ended(completed, _)
            if matches!(completed.result, Err(TransferError::NotStarted(_))));
        Some(Delivery { number, entry, handler })
    }

    pub(super) fn delivered(&mut self) {
        self.state.delivering = false;
    }

    pub(super) fn status(&self, number: u32) -> Status {
        let Some(offset) = self.state.offset(number) else { return Status::Taken };
        let Some(entry) = self.entry(offset) else { return Status::Unknown };
        entry.within(self.cs, |entry| match entry {
            Entry::Waiting(..) if offset < self.state.issued => Status::Issued,
            Entry::Waiting(..) => Status::Queued,
            Entry::Flying(_) => Status::Running,
            Entry::Ended(Completed { result: Ok(()), .. }, _) => Status::Done,
            Entry::Ended(Completed { result: Err(error), .. }, _) => Status::Failed(*error),
            Entry::Lost => Status::Lost,
            Entry::Free => Status::Unknown,
        })
    }

    /// A completion comes: which entry's is it?
    pub(super) fn enter(&mut self) -> Option<u32> {
        let number = self.state.flying?;
        self.state.entered += 1;
        self.state.stuck = false;
        Some(number)
    }

    pub(super) fn leave(&mut self) {
        self.state.entered -= 1;
    }

    /// The next entry to start, in the place of whatever flew. Not while the engine is being told to stop.
    pub(super) fn next(&mut self) -> Option<(u32, BuffersOf<E, S>)> {
        if self.state.cancelled || self.state.started >= self.state.issued {
            return None;
        }
        let offset = self.state.started;
        let bufs = self.entry(offset)?.within(self.cs, |entry| match core::mem::replace(entry, Entry::Lost) {
            Entry::Waiting(bufs, power) => {
                *entry = Entry::Flying(Some(power));
                Some(bufs)
            }
            // Not to be: what is behind `started` waits.
            other => {
                *entry = other;
                None
            }
        })?;
        self.state.started += 1;
        let number = self.state.number(offset);
        self.state.flying = Some(number);
        Some((number, bufs))
    }

    fn take_power(&mut self, number: u32) -> Option<Active<E::Peer>> {
        self.entry(self.state.offset(number)?)?.within(self.cs, |entry| match entry {
            Entry::Flying(power) => power.take(),
            _ => None,
        })
    }

    /// Write down the power of an entry that was to be started; returned when it has ended already.
    pub(super) fn keep(&mut self, number: u32, power: Active<E::Peer>) -> Option<Active<E::Peer>> {
        let Some(entry) = self.state.offset(number).and_then(|offset| self.entry(offset)) else { return Some(power) };
        entry.within(self.cs, |entry| match entry {
            Entry::Flying(place @ None) => {
                *place = Some(power);
                None
            }
            _ => Some(power),
        })
    }

    /// A completion handler could not re-arm with the entry `number` because the channel is being stopped: the entry
    /// waits again, unless it is to be cancelled too. `last` is its predecessor.
    pub(super) fn put_back(&mut self, number: u32, last: u32, bufs: BuffersOf<E, S>) -> Option<BuffersOf<E, S>> {
        self.state.flying = Some(last);
        let Some(offset) = self.state.offset(number).filter(|offset| *offset >= self.state.doomed) else {
            return Some(bufs);
        };
        let Some(entry) = self.entry(offset) else { return Some(bufs) };
        let refused = entry.within(self.cs, |entry| match core::mem::replace(entry, Entry::Lost) {
            Entry::Flying(Some(power)) => {
                *entry = Entry::Waiting(bufs, power);
                None
            }
            other => {
                *entry = other;
                Some(bufs)
            }
        });
        if refused.is_none() {
            self.state.started = offset;
        }
        refused
    }

    /// The entry `number` did not start; `last` still flies.
    pub(super) fn unstarted(&mut self, last: u32) {
        self.state.flying = Some(last);
    }

    /// A transfer went wrong: may the others go on?
    pub(super) fn failed(&mut self) {
        if self.state.after_error == AfterError::Return {
            self.state.doom();
        }
    }

    /// An entry has ended.
    pub(super) fn end(&mut self, number: u32, completed: Completed<BuffersOf<E, S>>) -> Ending<E> {
        if matches!(completed.result, Err(TransferError::NotStarted(_))) {
            self.failed();
        }
        let offset = self.state.offset(number);
        let mut power = match offset.and_then(|offset| self.replace(offset, Entry::Lost)) {
            Some(Entry::Flying(power)) => power,
            _ => None,
        };
        // For a callback that may submit again.
        let kept = if self.state.handler.is_some() { power.take() } else { None };
        if let Some(offset) = offset {
            let _ = self.replace(offset, Entry::Ended(completed, kept));
        }
        Ending { waker: self.state.waker.take(), power }
    }

    /// An entry has ended that never started.
    pub(super) fn end_unmoved(&mut self, number: u32, bufs: BuffersOf<E, S>, error: TransferError) -> Ending<E> {
        let residue = self.state.bytes;
        self.end(number, Completed { bufs, result: Err(error), residue, interrupt_lost: false })
    }

    /// What flew is with the engine no more. (Unless another entry was started in its place.)
    pub(super) fn landed(&mut self, number: u32) {
        if self.state.flying == Some(number) {
            self.state.flying = None;
            self.state.cancelled = false;
        }
    }

    /// The buffers of an entry went down with a panic.
    pub(super) fn lose(&mut self, number: u32) -> Ending<E> {
        self.landed(number);
        let power = self.take_power(number);
        if let Some(offset) = self.state.offset(number) {
            let _ = self.replace(offset, Entry::Lost);
        }
        Ending { waker: self.state.waker.take(), power }
    }

    /// Cancel one of the doomed entries that wait.
    pub(super) fn sweep(&mut self) -> Option<Ending<E>> {
        while self.state.swept < self.state.doomed {
            let offset = self.state.swept;
            self.state.swept += 1;
            match self.replace(offset, Entry::Lost)? {
                Entry::Waiting(bufs, power) => {
                    let _ = self.replace(offset, Entry::Flying(Some(power)));
                    let number = self.state.number(offset);
                    return Some(self.end_unmoved(number, bufs, TransferError::Cancelled));
                }
                other => {
                    let _ = self.replace(offset, other);
                }
            }
        }
        None
    }

    /// Take the channel if something is to be done with it.
    pub(super) fn check_out(&mut self) -> Option<Prepared<E, S>> {
        let state = &*self.state;
        let start = state.flying.is_none() && state.started < state.issued && !state.stuck;
        let needed = state.abandoned || start || state.stopping().is_some();
        if needed { self.state.prepared.take() } else { None }
    }

    /// What is next to be done with the channel; `recovered`: whether this caller has tried to recover. With
    /// [`Step::Done`] it has been put back.
    pub(super) fn step(&mut self, prepared: &mut Option<Prepared<E, S>>, recovered: bool) -> Step<E, S> {
        if let Some(number) = self.state.stopping() {
            if !core::mem::replace(&mut self.state.cancelled, true) {
                return Step::Cancel;
            }
            if !recovered {
                return Step::Recover(number);
            }
        }
        if self.state.abandoned && self.deserted() {
            return Step::Dismantle;
        }
        if self.state.flying.is_none() && !self.state.abandoned && !self.state.stuck {
            self.state.cancelled = false;
            if let Some((number, bufs)) = self.next() {
                return Step::Start(number, bufs, self.take_power(number));
            }
        }
        self.state.prepared = prepared.take();
        Step::Done
    }

    /// The channel comes back from somebody who panicked.
    pub(super) fn put_away(&mut self, prepared: Prepared<E, S>) {
        self.state.prepared = Some(prepared);
    }

    /// Will no completion of this queue's channel come any more? Asked after the channel was cancelled, or when
    /// nothing flies.
    fn deserted(&self) -> bool {
        let calling = self.state.flight.is_some_and(|flight| {
            let phase = flight.link().slot.0.within(self.cs, |s| s.phase);
            matches!(phase, Phase::Callback | Phase::Loading)
        });
        self.state.entered == 0 && !self.state.delivering && !calling
    }

    /// The last touch: another queue may have the storage.
    pub(super) fn free(&mut self) -> (Option<Waker>, Option<&'static dyn QueueHandler<E, S>>) {
        let state = &mut *self.state;
        (state.flight, state.flying, state.cancelled, state.abandoned, state.taken) = (None, None, false, false, false);
        (state.waker.take(), state.handler.take())
    }
}
