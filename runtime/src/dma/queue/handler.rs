use super::book::Places;
use super::{Cookie, chain, submit};
use crate::dma::done::Shareable;
use crate::dma::{BuffersOf, Completed, Endpoint, Rejected, Shape};
use crate::power::Active;

/// Who is told of each transfer of a [`Queue`](super::Queue) that has ended. Every `Fn(Ended<'_, E, S>) + Sync +
/// 'static` is one.
///
/// It runs in atomic context, mostly from the interrupt body, with no lock held, one transfer at a time and in order;
/// the next one runs already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback of this queue",
    note = "a callback is `Fn(Ended<'_, E, S>)` for the queue's own endpoint and shape, `Sync` and `'static`",
    note = "interrupts share it: keep its state in a `Lock` or in atomics, not in a `Cell` or an `Rc`",
    note = "a `Task` cannot get in: do what may sleep before submitting, or in a task that the callback wakes"
)]
pub trait QueueHandler<E: Endpoint, S: Shape>: Sync + 'static {
    /// Take the buffers.
    fn ended(&self, ended: Ended<'_, E, S>);
}

impl<E: Endpoint, S: Shape, F: Fn(Ended<'_, E, S>) + Shareable> QueueHandler<E, S> for F {
    fn ended(&self, ended: Ended<'_, E, S>) {
        self(ended);
    }
}

/// A queue's transfer that has ended, in the queue's callback.
pub struct Ended<'q, E: Endpoint, S: Shape> {
    /// What [`submit`](super::Queue::submit) said.
    pub cookie: Cookie,
    /// Buffers and result.
    pub completed: Completed<BuffersOf<E, S>>,
    /// The queue; with the power that the transfer had.
    pub queue: Resubmit<'q, E, S>,
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Ended<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Ended({:?}, {:?})", self.cookie, self.completed.result)
    }
}

/// A queue inside its callback: takes further transfers with the power of the one that has ended.
pub struct Resubmit<'q, E: Endpoint, S: Shape> {
    pub(super) places: Places<'q, E, S>,
    pub(super) power: Active<E::Peer>,
}

impl<E: Endpoint, S: Shape> Resubmit<'_, E, S> {
    /// As [`Queue::submit`](super::Queue::submit). Atomic.
    ///
    /// # Errors
    /// As there.
    pub fn submit(&self, bufs: BuffersOf<E, S>) -> Result<Cookie, Rejected<BuffersOf<E, S>>> {
        submit(self.places, bufs, &self.power)
    }

    /// As [`Queue::issue`](super::Queue::issue), but after a transfer that did not start because the controller's
    /// command interface is stuck the next one is only tried when the queue is used from outside the callback. Atomic.
    pub fn issue(&self) {
        self.places.with(|book| book.state.issue());
        chain::drive(self.places);
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Resubmit<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Resubmit")
    }
}
