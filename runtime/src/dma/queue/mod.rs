//! Transfers in order: submitted any time, started when issued, each as soon as the one before has ended.
//!
//! ```
//! # use linkwright::{context::Task, dma::{memory::Arena, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>, arena: &'static Arena, core: &'static dyn PowerCore)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! type Copier = MemoryCopy<Dmac0>;
//! static STORAGE: QueueStorage<Copier, Linear, 4> = QueueStorage::new();
//!
//! let copier = dmac.claim::<Copier>(cx)?.prepare(cx, Linear::new(64)).map_err(|(error, _)| error)?;
//! let queue = copier.into_queue(cx, &STORAGE).map_err(|(error, _)| error)?;
//! let power = Active::<Dmac0>::resume(cx, core)?;
//! let pair = || Ok::<_, memory::AllocError>(CopyPair { source: arena.alloc(cx, 64)?, destination: arena.alloc(cx, 64)? });
//! // Atomic from here on.
//! let first = queue.submit(pair()?, &power).map_err(|rejected| rejected.error)?;
//! let second = queue.submit(pair()?, &power).map_err(|rejected| rejected.error)?;
//! assert_eq!(queue.status(first), Status::Queued);
//! queue.issue(); // The first one runs; the interrupt starts the second.
//! # if true { return Ok(()); }
//! // With a task again; an async one would say `queue.next().await`.
//! while let Some((cookie, completed)) = queue.wait(cx) {
//!     completed.result?;
//!     assert!(cookie == first || cookie == second);
//! }
//! queue.synchronize(cx).map_err(|(error, _)| error)?.release(cx)?;
//! # Ok(())
//! # }
//! ```

mod book;
mod chain;
mod entry;
mod handler;

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

pub use handler::{Ended, QueueHandler, Resubmit};

use self::book::{Places, State};
use self::entry::{Entry, Unkept};
use super::prepared::wait;
use super::{BuffersOf, Completed, Done, Endpoint, Handler, Prepared, Rejected, ReleaseError, Shape, StartError};
use crate::context::Task;
use crate::dma::TransferError;
use crate::dma::slot::Phase;
use crate::power::Active;
use crate::sync::Lock;

/// Room for a [`Queue`] of up to `DEPTH` transfers. Keep it in a `static`.
///
/// One queue at a time uses it. A queue that was dropped has it until the hardware and the callback are done with it.
pub struct QueueStorage<E: Endpoint, S: Shape, const DEPTH: usize> {
    // A type of its own, which only the queue can make a channel's handler.
    chain: Chain<E, S, DEPTH>,
}

struct Chain<E: Endpoint, S: Shape, const DEPTH: usize> {
    state: Lock<State<E, S>>,
    entries: [Lock<Entry<E, S>>; DEPTH],
}

impl<E: Endpoint, S: Shape, const DEPTH: usize> QueueStorage<E, S, DEPTH> {
    /// Empty storage.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        const { assert!(DEPTH > 0, "a queue has room for at least one transfer") };
        let entries = [const { Lock::new(Entry::Free) }; DEPTH];
        Self { chain: Chain { state: Lock::new(State::new()), entries } }
    }
}

impl<E: Endpoint, S: Shape, const DEPTH: usize> Handler<E, S> for Chain<E, S, DEPTH> {
    fn complete(&self, done: Done<'_, E, S>) {
        chain::complete(Places { state: &self.state, entries: &self.entries }, done);
    }
}

impl<E: Endpoint, S: Shape, const DEPTH: usize> core::fmt::Debug for QueueStorage<E, S, DEPTH> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "QueueStorage({DEPTH})")
    }
}

/// Names a submitted transfer. No other transfer of any queue has the same, until 2³² later ones were submitted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cookie {
    number: u32,
    /// Where the queue's storage is.
    queue: usize,
}

impl Cookie {
    fn new<E: Endpoint, S: Shape>(places: Places<'_, E, S>, number: u32) -> Self {
        Self { number, queue: core::ptr::from_ref(places.state).addr() }
    }
}

/// What has become of a submitted transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Status {
    /// Submitted, not issued.
    Queued,
    /// Issued; others are before it.
    Issued,
    /// The hardware has it.
    Running,
    /// It ended well; its buffers wait to be taken.
    Done,
    /// It ended otherwise; its buffers wait to be taken.
    Failed(TransferError),
    /// It has ended and its buffers were taken.
    Taken,
    /// Its buffers were dropped because cache maintenance or a power guard of the client panicked.
    Lost,
    /// Another queue's.
    Unknown,
}

/// What becomes of the transfers behind one that failed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum AfterError {
    /// They go on.
    #[default]
    Continue,
    /// All that were submitted come back with [`TransferError::Cancelled`], in order.
    Return,
}

/// Why a prepared channel does not become a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum QueueError {
    /// Another queue has the storage, or had it and its hardware is not quiet yet.
    StorageTaken,
    /// The channel works on a transfer, or holds the buffers of one that nobody took back.
    Busy,
}

impl core::fmt::Display for QueueError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::StorageTaken => {
                "another queue has the storage: synchronize that one first, or lend a static of its own"
            }
            Self::Busy => "an earlier transfer is not finished or its buffers wait: take them with `recover` first",
        })
    }
}

impl core::error::Error for QueueError {}

/// A prepared channel that takes its transfers in order: dmaengine's submit and issue_pending.
///
/// [`submit`](Self::submit) only keeps buffers and power, [`issue`](Self::issue) starts; from then on the interrupt
/// starts each issued transfer as soon as the one before has ended, with 1 register read, 3 writes and at most 8 bytes
/// of the program changed. Every transfer comes back, in the order of submitting and with its result: from
/// [`pop`](Self::pop), [`next`](Self::next) or [`wait`](Self::wait), or to the [callback](Self::set_handler). A transfer
/// that has failed never reports success, and [`AfterError`] says what becomes of those behind it.
///
/// All but `set_handler`, `wait` and `synchronize` is atomic, allocates nothing, and may be called from several
/// processors at once.
///
/// Dropping it is atomic: what runs is killed, all else is dropped; what the hardware may still write stays with the
/// engine until it is quiet. Leaking it leaks the channel: what was issued runs to its end, the storage stays taken.
#[must_use = "dropping a queue cancels its transfers"]
pub struct Queue<E: Endpoint, S: Shape> {
    places: Places<'static, E, S>,
    over: bool,
}

impl<E: Endpoint, S: Shape> Prepared<E, S> {
    /// Take transfers in order from now on. Replaces the handler. Sleepable.
    ///
    /// # Errors
    /// [`QueueError`], with the channel.
    #[track_caller]
    pub fn into_queue<const DEPTH: usize>(
        mut self,
        cx: &Task<'_>,
        storage: &'static QueueStorage<E, S, DEPTH>,
    ) -> Result<Queue<E, S>, (QueueError, Self)> {
        cx.might_sleep();
        if self.flight().link().phase() != Phase::Idle {
            return Err((QueueError::Busy, self));
        }
        let chain = &storage.chain;
        let places = Places { state: &chain.state, entries: &chain.entries };
        if places.with(|book| core::mem::replace(&mut book.state.taken, true)) {
            return Err((QueueError::StorageTaken, self));
        }
        self.set_handler(cx, chain);
        places.with(|book| book.state.open(self));
        Ok(Queue { places, over: false })
    }
}

fn submit<E: Endpoint, S: Shape>(
    places: Places<'_, E, S>,
    bufs: BuffersOf<E, S>,
    power: &Active<E::Peer>,
) -> Result<Cookie, Rejected<BuffersOf<E, S>>> {
    let Some(flight) = places.with(|book| book.state.flight()) else {
        return Err(Rejected { error: StartError::Closed, bufs });
    };
    let bufs = flight.fits(bufs, power)?;
    match places.with(|book| book.push(bufs, power.share())) {
        Ok(number) => Ok(Cookie::new(places, number)),
        Err(Unkept { error, bufs, power }) => {
            drop(power);
            Err(Rejected { error, bufs })
        }
    }
}

impl<E: Endpoint, S: Shape> Queue<E, S> {
    /// Keep a transfer for [`issue`](Self::issue): its buffers and a count of its power. Touches no hardware. Atomic.
    ///
    /// # Errors
    /// [`StartError`], with the buffers: [`QueueFull`](StartError::QueueFull) when as many wait, run or have ended
    /// untaken as there is room for; otherwise what is wrong with buffers or power.
    pub fn submit(&self, bufs: BuffersOf<E, S>, power: &Active<E::Peer>) -> Result<Cookie, Rejected<BuffersOf<E, S>>> {
        submit(self.places, bufs, power)
    }

    /// Let everything that was submitted so far run, and start the first of it if nothing runs. Atomic.
    pub fn issue(&self) {
        self.places.with(|book| book.state.issue());
        self.work();
    }

    fn work(&self) {
        self.places.with(|book| book.state.unstick());
        chain::work(self.places);
    }

    /// Take the oldest transfer if it has ended. Atomic.
    ///
    /// Where no interrupt is wired, call [`Dmac::irq`](super::Dmac::irq) before it.
    pub fn pop(&self) -> Option<(Cookie, Completed<BuffersOf<E, S>>)> {
        self.work();
        loop {
            let (number, entry) = self.places.with(|book| book.pop())?;
            if let Entry::Ended(completed, _) = entry {
                return Some((Cookie::new(self.places, number), completed));
            }
        }
    }

    /// What has become of a transfer. Atomic.
    pub fn status(&self, cookie: Cookie) -> Status {
        if cookie != Cookie::new(self.places, cookie.number) {
            return Status::Unknown;
        }
        self.places.with(|book| book.status(cookie.number))
    }

    /// Transfers that were submitted and not taken. Any context.
    pub fn len(&self) -> usize {
        self.places.with(|book| book.state.len())
    }

    /// Has every submitted transfer been taken? Any context.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Most transfers it holds.
    pub fn capacity(&self) -> usize {
        self.places.entries.len()
    }

    /// Choose what becomes of the transfers behind one that fails; they go on if nothing is said. Atomic.
    pub fn after_error(&self, policy: AfterError) {
        self.places.with(|book| book.state.after_error = policy);
    }

    /// Call `handler` for each transfer that ends from now on, instead of leaving it to `pop`. Sleepable.
    #[track_caller]
    pub fn set_handler<H: QueueHandler<E, S>>(&mut self, cx: &Task<'_>, handler: &'static H) {
        cx.might_sleep();
        self.places.with(|book| book.state.handler = Some(handler));
    }

    /// The oldest transfer, when it has ended; `None` when none was issued that was not taken.
    ///
    /// Cancelling it (dropping the future) takes nothing out of the queue. Several may wait at once, at the price of
    /// waking each other.
    pub fn next(&self) -> Next<'_, E, S> {
        Next { queue: self }
    }

    /// Wait for the oldest transfer, however long the hardware takes; `None` when none was issued that was not taken.
    /// Sleepable.
    #[track_caller]
    pub fn wait(&self, cx: &Task<'_>) -> Option<(Cookie, Completed<BuffersOf<E, S>>)> {
        cx.might_sleep();
        loop {
            if let Some(taken) = self.pop() {
                return Some(taken);
            }
            let flight = self.places.with(|book| book.state.flight().filter(|_| book.state.busy()))?;
            wait(flight.link());
        }
    }

    /// Stop: everything submitted so far that has not ended comes back with [`TransferError::Cancelled`], in order. What
    /// runs is killed and comes back when the hardware is quiet, which the next uses of the queue see; a transfer that
    /// ends at this moment may come back with its own result. Atomic.
    pub fn terminate(&self) {
        self.places.with(|book| book.state.doom());
        self.work();
        // What was only killed wakes nobody by itself.
        let waker = self.places.with(|book| book.state.waker.take());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// [`terminate`](Self::terminate), wait for the hardware and for a callback that runs elsewhere, and give the
    /// channel back. Transfers that were not taken are dropped; to have them, take them after `terminate` until
    /// [`wait`](Self::wait) finds none. Sleepable.
    ///
    /// # Errors
    /// [`ReleaseError`] when the channel does not stop within [`Config::release_polls`](super::Config::release_polls);
    /// the queue then only takes transfers back.
    #[track_caller]
    pub fn synchronize(mut self, cx: &Task<'_>) -> Result<Prepared<E, S>, (ReleaseError, Self)> {
        cx.might_sleep();
        let flight = self.places.with(|book| {
            book.state.closing = true;
            book.state.flight()
        });
        self.terminate();
        let Some(flight) = flight else { return Err((ReleaseError::InCallback, self)) };
        for _ in 0..flight.link().engine.core().config.release_polls.max(1) {
            self.work();
            if let Some(mut prepared) = self.places.with(|book| book.state.close()) {
                self.over = true;
                prepared.clear_handler(cx);
                chain::take_down(self.places);
                return Ok(prepared);
            }
            wait(flight.link());
        }
        let running = self.places.with(|book| book.state.stopping().is_some());
        Err((if running { ReleaseError::Running } else { ReleaseError::InCallback }, self))
    }
}

impl<E: Endpoint, S: Shape> Drop for Queue<E, S> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let clients = self.places.with(|book| {
            book.state.abandon();
            book.state.doom();
            (book.state.waker.take(), book.state.handler.take())
        });
        drop(clients);
        chain::drive(self.places);
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Queue<E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Queue({} of {})", self.len(), self.capacity())
    }
}

/// Waits for the oldest transfer of a [`Queue`].
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Next<'q, E: Endpoint, S: Shape> {
    queue: &'q Queue<E, S>,
}

impl<E: Endpoint, S: Shape> Future for Next<'_, E, S> {
    type Output = Option<(Cookie, Completed<BuffersOf<E, S>>)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let queue = self.queue;
        if let Some(taken) = queue.pop() {
            return Poll::Ready(Some(taken));
        }
        // Wakers run code of their own when cloned and dropped: both outside the critical section.
        let waker = cx.waker().clone();
        let old = queue.places.with(|book| book.state.waker.replace(waker));
        if let Some(other) = old.filter(|old| !old.will_wake(cx.waker())) {
            other.wake();
        }
        // It may have ended before the waker was in place.
        if let Some(taken) = queue.pop() {
            return Poll::Ready(Some(taken));
        }
        let (busy, stopping) = queue.places.with(|book| (book.state.busy(), book.state.stopping().is_some()));
        if !busy {
            return Poll::Ready(None);
        }
        if stopping {
            // A kill ends without an interrupt.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
