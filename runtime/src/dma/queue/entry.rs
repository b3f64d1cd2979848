use core::task::Waker;

use super::handler::QueueHandler;
use crate::dma::{BuffersOf, Completed, Endpoint, Shape, StartError};
use crate::power::Active;

/// One submitted transfer.
pub(super) enum Entry<E: Endpoint, S: Shape> {
    Free,
    /// Not started.
    Waiting(BuffersOf<E, S>, Active<E::Peer>),
    /// With the engine. The power is back as soon as whoever started it has written it down.
    Flying(Option<Active<E::Peer>>),
    /// Its power stays for a callback that may submit again.
    Ended(Completed<BuffersOf<E, S>>, Option<Active<E::Peer>>),
    /// Client code panicked while it had the buffers.
    Lost,
}

/// A transfer that the queue does not take.
pub(super) struct Unkept<E: Endpoint, S: Shape> {
    pub(super) error: StartError,
    pub(super) bufs: BuffersOf<E, S>,
    pub(super) power: Active<E::Peer>,
}

/// What is to be done outside the critical section, with the prepared channel.
pub(super) enum Step<E: Endpoint, S: Shape> {
    /// Stop what flies.
    Cancel,
    /// Take back what was stopped.
    Recover(u32),
    /// The power is always there.
    Start(u32, BuffersOf<E, S>, Option<Active<E::Peer>>),
    /// The queue is gone and so is the hardware's interest in it.
    Dismantle,
    /// Nothing; the channel is put back.
    Done,
}

/// An ended entry on its way to the callback.
pub(super) struct Delivery<E: Endpoint, S: Shape> {
    pub(super) number: u32,
    pub(super) entry: Entry<E, S>,
    pub(super) handler: &'static dyn QueueHandler<E, S>,
}

/// What came of an end, to be dropped and woken outside the critical section.
#[must_use = "wakers and guards run code of their own"]
pub(super) struct Ending<E: Endpoint> {
    pub(super) waker: Option<Waker>,
    pub(super) power: Option<Active<E::Peer>>,
}

impl<E: Endpoint> Ending<E> {
    pub(super) fn wake(self) {
        drop(self.power);
        if let Some(waker) = self.waker {
            waker.wake();
        }
    }
}
