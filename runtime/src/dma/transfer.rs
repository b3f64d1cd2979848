use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::endpoint::Endpoint;
use super::flight::Flight;
use super::link::{Link, Loaded};
use super::prepared::{Completed, Prepared, Rejected, wait};
use super::shape::{BuffersOf, Finite, Pausable, Shape};
use super::slot::Phase;
use super::watch::watch;
use super::{PauseError, ReleaseError, TransferError};
use crate::context::Task;

/// A transfer that is ready to start. Dropping it drops the buffers; [`cancel`](Self::cancel) gives them back.
#[must_use = "nothing moves before `issue`"]
pub struct Submitted<'p, E: Endpoint, S: Shape> {
    prepared: &'p mut Prepared<E, S>,
    loaded: Loaded,
    issued: bool,
}

impl<'p, E: Endpoint, S: Shape> Submitted<'p, E, S> {
    pub(super) fn new(prepared: &'p mut Prepared<E, S>, loaded: Loaded) -> Self {
        Self { prepared, loaded, issued: false }
    }

    /// How many bytes of the program had to change, 8 a block at most; 0 for the addresses of the transfer before.
    pub fn patched_bytes(&self) -> u16 {
        self.loaded.patched
    }

    /// Start it: 1 register read and 3 writes. Atomic.
    ///
    /// # Errors
    /// [`StartError::Stuck`](super::StartError::Stuck), with the buffers.
    pub fn issue(mut self) -> Result<Transfer<'p, E, S>, Rejected<BuffersOf<E, S>>> {
        self.go(true)?;
        Ok(Transfer { flight: self.prepared.flight(), taken: false, prepared: PhantomData })
    }

    /// Start it and let go; its end is told to the handler, or waits in [`Prepared::recover`] if there is none. Atomic.
    ///
    /// # Errors
    /// As [`issue`](Self::issue).
    pub fn issue_detached(mut self) -> Result<(), Rejected<BuffersOf<E, S>>> {
        self.go(false)
    }

    fn go(&mut self, attached: bool) -> Result<(), Rejected<BuffersOf<E, S>>> {
        self.issued = true;
        Ok(self.prepared.flight().go(self.loaded, Phase::Idle, attached)?)
    }

    /// Do not start it, and take the buffers back; they are always there. Atomic.
    pub fn cancel(mut self) -> Option<BuffersOf<E, S>> {
        self.issued = true;
        self.prepared.recover().map(|completed| completed.bufs)
    }
}

impl<E: Endpoint, S: Shape> Drop for Submitted<'_, E, S> {
    fn drop(&mut self) {
        if !self.issued {
            self.prepared.flight().link().cancel(false);
        }
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Submitted<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Submitted(thread {})", self.prepared.thread())
    }
}

/// A transfer in flight. Wait for it, poll it, or `.await` it.
///
/// The engine holds buffers and power, so leaking this value is harmless: the transfer runs to its end, power stays on
/// that long, and [`Prepared::recover`] gives the buffers back. Dropping it cancels: the thread is killed, the buffers
/// are dropped once it has stopped.
#[must_use = "dropping a transfer cancels it; to let it run, keep it or use `start_detached`"]
pub struct Transfer<'p, E: Endpoint, S: Shape> {
    flight: Flight<BuffersOf<E, S>>,
    taken: bool,
    prepared: PhantomData<&'p mut Prepared<E, S>>,
}

impl<E: Endpoint, S: Shape> Transfer<'_, E, S> {
    fn link(&self) -> &Link {
        self.flight.link()
    }

    /// Has it ended, well or badly, as far as the interrupt body has seen? Where no interrupt is wired, call
    /// [`Dmac::irq`](super::Dmac::irq) before it. Atomic.
    pub fn is_done(&self) -> bool {
        self.link().collect(false);
        self.link().phase() == Phase::Finished
    }

    /// Wait for the end, however long the hardware takes; with a limit in mind use [`is_done`](Self::is_done) and
    /// [`stop`](Self::stop). Sleepable.
    #[track_caller]
    pub fn wait(mut self, cx: &Task<'_>) -> Completed<BuffersOf<E, S>> {
        cx.might_sleep();
        loop {
            if let Some(completed) = self.take() {
                return completed;
            }
            wait(self.link());
        }
    }

    /// Bytes that have not surely arrived yet. It never grows. Atomic; at most 5 register reads, and up to 4 more until the
    /// transfer was once seen to have begun.
    pub fn residue(&self) -> u32 {
        self.link().residue()
    }

    /// Wait for the end, or until `expired` says that it takes too long: then look whether it has ended and its
    /// interrupt was lost, and otherwise stop it with [`TransferError::TimedOut`](super::TransferError::TimedOut).
    /// Sleepable.
    ///
    /// # Errors
    /// [`ReleaseError::Running`] when it does not stop within
    /// [`Config::release_polls`](super::Config::release_polls); [`Prepared::recover`] gives the buffers back once it
    /// has.
    #[track_caller]
    pub fn wait_or(
        mut self,
        cx: &Task<'_>,
        mut expired: impl FnMut() -> bool,
    ) -> Result<Completed<BuffersOf<E, S>>, ReleaseError> {
        cx.might_sleep();
        loop {
            if let Some(completed) = self.take() {
                return Ok(completed);
            }
            if expired() {
                break;
            }
            wait(self.link());
        }
        watch(self.link().engine);
        self.link().cancel_for(TransferError::TimedOut, true);
        for _ in 0..self.link().engine.core().config.release_polls.max(1) {
            if let Some(completed) = self.take() {
                return Ok(completed);
            }
            wait(self.link());
        }
        self.taken = true;
        Err(ReleaseError::Running)
    }

    /// Stop it and wait until the hardware is quiet. It may have ended well before. Sleepable.
    ///
    /// A bus access that never ends keeps it here for ever. Where that can be, drop the transfer instead and
    /// [`release`](Prepared::release) the channel: that gives up after a bounded number of polls, and the engine keeps
    /// the buffers until the hardware is quiet.
    #[track_caller]
    pub fn stop(self, cx: &Task<'_>) -> Completed<BuffersOf<E, S>> {
        cx.might_sleep();
        self.link().cancel(true);
        self.wait(cx)
    }

    fn take(&mut self) -> Option<Completed<BuffersOf<E, S>>> {
        self.link().collect(false);
        let completed = self.flight.take_finished()?;
        self.taken = true;
        Some(completed)
    }
}

impl<E: Endpoint, S: Finite> Transfer<'_, E, Pausable<S>> {
    /// Have it stand at its next checkpoint, power and buffers held: [`is_paused`](Self::is_paused) tells when it does,
    /// and the future is woken. If it ends before, it ends as always. Atomic.
    ///
    /// # Errors
    /// [`PauseError`].
    pub fn pause(&self) -> Result<(), PauseError> {
        self.link().pause()
    }

    /// Have it go on, or forget that it was to be paused. Atomic.
    ///
    /// # Errors
    /// [`PauseError`].
    pub fn resume(&self) -> Result<(), PauseError> {
        self.link().resume()
    }

    /// Does it stand at a checkpoint? Atomic; at most 1 register read.
    pub fn is_paused(&self) -> bool {
        self.link().is_paused()
    }
}

impl<E: Endpoint, S: Finite> Prepared<E, Pausable<S>> {
    /// As [`Transfer::pause`], of a detached transfer. Atomic.
    ///
    /// # Errors
    /// [`PauseError`].
    pub fn pause(&self) -> Result<(), PauseError> {
        self.flight().link().pause()
    }

    /// As [`Transfer::resume`]. Atomic.
    ///
    /// # Errors
    /// [`PauseError`].
    pub fn resume(&self) -> Result<(), PauseError> {
        self.flight().link().resume()
    }

    /// As [`Transfer::is_paused`]. Atomic.
    pub fn is_paused(&self) -> bool {
        self.flight().link().is_paused()
    }
}

impl<E: Endpoint, S: Shape> Future for Transfer<'_, E, S> {
    type Output = Completed<BuffersOf<E, S>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(completed) = self.take() {
            return Poll::Ready(completed);
        }
        // Wakers run code of their own when cloned and dropped: both outside the critical section.
        let waker = cx.waker().clone();
        let old = self.link().with(|s| s.waker.replace(waker));
        drop(old);
        // It may have ended before the waker was in place.
        match self.take() {
            Some(completed) => Poll::Ready(completed),
            None => Poll::Pending,
        }
    }
}

impl<E: Endpoint, S: Shape> Drop for Transfer<'_, E, S> {
    fn drop(&mut self) {
        if !self.taken {
            self.link().cancel(false);
        }
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Transfer<'_, E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Transfer(thread {})", self.link().thread)
    }
}
