#![allow(unsafe_code, reason = "takes a value apart that has a destructor")]

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use super::buffers::Buffers;
use super::endpoint::Endpoint;
use super::flight::{Flight, Returned};
use super::shape::{BuffersOf, Shape};
use super::slot::{Phase, State};
use super::{Progress, StartError, TransferError};
use crate::power::Grant;

/// Who is told that a detached transfer has ended. Every `Fn(Done<'_, E, S>) + Sync + 'static` is one.
///
/// It runs in atomic context, from the interrupt body, with no lock held. Preparing, releasing and switching power need
/// a [`Task`](crate::context::Task), which it has not and cannot be handed: a handler is `Sync`, a `Task` is not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a completion handler of this channel",
    note = "a handler is `Fn(Done<'_, E, S>)` for the channel's own endpoint and shape, `Sync` and `'static`",
    note = "interrupts share it: keep its state in a `Lock` or in atomics, not in a `Cell` or an `Rc`",
    note = "a `Task` cannot get in: do what may sleep before starting, or in a task that the handler wakes"
)]
pub trait Handler<E: Endpoint, S: Shape>: Sync + 'static {
    /// Take the buffers, or start the next transfer.
    fn complete(&self, done: Done<'_, E, S>);

    /// A detached transfer goes on and its program has signalled: after some blocks of a list
    /// ([`Sg::events_every`](super::Sg::events_every)). It is not called while it runs, nor while or after
    /// [`complete`](Self::complete) does for the same transfer; signals that come meanwhile are told together.
    fn progress(&self, progress: Progress) {
        let _ = progress;
    }
}

/// `Sync + 'static` by a name of our own: of a closure that is not, the compiler then shows [`Handler`]'s notes.
pub trait Shareable: Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Sync + 'static> Shareable for T {}

impl<E: Endpoint, S: Shape, F: Fn(Done<'_, E, S>) + Shareable> Handler<E, S> for F {
    fn complete(&self, done: Done<'_, E, S>) {
        self(done);
    }
}

/// An ended transfer in its completion handler: the program stands ready and power is on.
///
/// [`rearm`](Self::rearm) starts the next transfer, [`finish`](Self::finish) takes the buffers. Dropping it leaves them
/// to [`Prepared::recover`](super::Prepared::recover). It cannot leave the handler.
#[must_use = "dropping it leaves the buffers to `recover`"]
pub struct Done<'c, E: Endpoint, S: Shape> {
    flight: Flight<BuffersOf<E, S>>,
    parts: ManuallyDrop<(BuffersOf<E, S>, Grant)>,
    result: Result<(), TransferError>,
    scope: PhantomData<(&'c mut (), *mut OnlyInItsHandler)>,
}

/// What the compiler names when a [`Done`] is to leave its handler: a pointer is neither `Send` nor `Sync`.
enum OnlyInItsHandler {}

/// A next transfer that did not start: nothing is lost, and the handler goes on with what it has.
pub struct NotRearmed<'c, E: Endpoint, S: Shape> {
    /// Why.
    pub error: StartError,
    /// The buffers of the next transfer; `None` when they were to be those of the last, which are in `done`.
    pub bufs: Option<BuffersOf<E, S>>,
    /// The last transfer.
    pub done: Done<'c, E, S>,
}

impl<'c, E: Endpoint, S: Shape> Done<'c, E, S> {
    pub(super) fn new(
        flight: Flight<BuffersOf<E, S>>,
        bufs: BuffersOf<E, S>,
        power: Grant,
        result: Result<(), TransferError>,
    ) -> Self {
        Self { flight, parts: ManuallyDrop::new((bufs, power)), result, scope: PhantomData }
    }

    fn into_parts(self) -> (BuffersOf<E, S>, Grant) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, and its destructor does not run.
        unsafe { ManuallyDrop::take(&mut this.parts) }
    }

    /// How it ended.
    pub fn result(&self) -> Result<(), TransferError> {
        self.result
    }

    /// As [`Completed::residue`](super::Completed::residue).
    pub fn residue(&self) -> u32 {
        self.flight.link().residue()
    }

    /// As [`Completed::interrupt_lost`](super::Completed::interrupt_lost).
    pub fn interrupt_lost(&self) -> bool {
        self.flight.link().with(|s| s.lost)
    }

    /// The buffers. The next transfer may begin elsewhere in them, or with other contents.
    pub fn bufs(&mut self) -> &mut BuffersOf<E, S> {
        &mut self.parts.0
    }

    /// Start the next transfer with other buffers and get the last one's back. At most 8 bytes of the program change;
    /// 1 register read and 3 writes. Atomic.
    ///
    /// # Errors
    /// [`NotRearmed`], with everything.
    pub fn rearm(self, bufs: BuffersOf<E, S>) -> Result<BuffersOf<E, S>, NotRearmed<'c, E, S>> {
        let (flight, result) = (self.flight, self.result);
        let (last, power) = self.into_parts();
        match launch(flight, bufs, power) {
            Ok(()) => Ok(last),
            Err(Returned { error, bufs, power }) => {
                Err(NotRearmed { error, bufs: Some(bufs), done: Self::new(flight, last, power, result) })
            }
        }
    }

    /// Start the same transfer again; no byte of the program changes unless a window moved. Atomic.
    ///
    /// # Errors
    /// As [`rearm`](Self::rearm).
    pub fn rearm_same(self) -> Result<(), NotRearmed<'c, E, S>> {
        let (flight, result) = (self.flight, self.result);
        let (bufs, power) = self.into_parts();
        match launch(flight, bufs, power) {
            Ok(()) => Ok(()),
            Err(Returned { error, bufs, power }) => {
                Err(NotRearmed { error, bufs: None, done: Self::new(flight, bufs, power, result) })
            }
        }
    }

    /// Take the buffers; the channel is idle and may be started again. Atomic.
    pub fn finish(self) -> BuffersOf<E, S> {
        let flight = self.flight;
        let (bufs, power) = self.into_parts();
        flight.link().with(State::land);
        drop(power);
        bufs
    }
}

impl<E: Endpoint, S: Shape> Drop for Done<'_, E, S> {
    fn drop(&mut self) {
        // SAFETY: nothing uses them after the destructor.
        let (bufs, power) = unsafe { ManuallyDrop::take(&mut self.parts) };
        let result = self.result;
        self.flight.park(bufs, result);
        drop(power);
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Done<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Done(thread {}, {:?})", self.flight.link().thread, self.result)
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for NotRearmed<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NotRearmed({:?})", self.error)
    }
}

fn launch<B: Buffers>(flight: Flight<B>, bufs: B, power: Grant) -> Result<(), Returned<B>> {
    let loaded = flight.load(Phase::Callback, bufs, power)?;
    flight.go(loaded, Phase::Callback, false)
}
