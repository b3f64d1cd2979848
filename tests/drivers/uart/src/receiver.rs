use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{Completed, Rejected, Ring, RingHandler};
use linkwright::power::Active;
use linkwright::sync::Lock;
use linkwright_samsung_uart::driver as uart;

use crate::Error;

/// What the interrupt tells the receiver: nothing has come for a while, so what there is may be all. Keep it in a
/// `static`.
#[derive(Debug)]
pub struct Silence {
    fell: AtomicBool,
    waker: Lock<Option<Waker>>,
}

impl Silence {
    /// Nothing told yet.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        Self { fell: AtomicBool::new(false), waker: Lock::new(None) }
    }

    pub(crate) fn tell(&self) {
        self.fell.store(true, Ordering::Release);
        // Wakers run code of their own.
        let waker = self.waker.with(Option::take);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn wake_later(&self, context: &Context<'_>) {
        let waker = context.waker().clone();
        drop(self.waker.with(|place| place.replace(waker)));
    }
}

/// Receives without end: the hardware fills a ring by itself, and its client takes bytes out by the period, or less
/// when the line falls silent.
#[derive(Debug)]
pub struct Receiver<I: uart::Instance> {
    ring: Ring<I::DmasRx>,
    silence: &'static Silence,
}

impl<I: uart::Instance> Receiver<I> {
    pub(crate) fn new(ring: Ring<I::DmasRx>, silence: &'static Silence) -> Self {
        Self { ring, silence }
    }

    /// Receive into `buffer`, a ring's worth of bytes, from now on. It holds the UART on until [`stop`](Self::stop).
    /// Atomic.
    pub fn start(&mut self, buffer: DmaBuf<u8>, power: &Active<I>) -> Result<(), Rejected<DmaBuf<u8>>> {
        self.ring.start(buffer, power)
    }

    /// Take what has come; returns how many bytes, 0 if none. Atomic.
    pub fn take(&mut self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.ring.pull(bytes).map_err(Error::Ring)
    }

    /// Take bytes when a period of them has come, or some and then silence; returns how many. A client that was late
    /// is told once, with what it has missed, and may go on.
    pub async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Error> {
        poll_fn(|context| self.poll_come(context)).await?;
        self.take(bytes)
    }

    /// Call `handler` after each period. Sleepable.
    pub fn on_period<H: RingHandler>(&mut self, cx: &Task<'_>, handler: &'static H) {
        self.ring.set_handler(cx, handler);
    }

    /// Stop, and take the buffer back. Sleepable.
    pub fn stop(&mut self, cx: &Task<'_>) -> Result<Completed<DmaBuf<u8>>, Error> {
        self.ring.stop(cx).map_err(Error::Ring)
    }

    fn poll_come(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // First the waker: what is told from here on wakes.
        self.silence.wake_later(context);
        let silent = self.silence.fell.swap(false, Ordering::Acquire);
        if silent && self.ring.available().map_err(Error::Ring)? > 0 {
            // There may be more to take than the client has room for.
            self.silence.fell.store(true, Ordering::Release);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.ring.next_period()).poll(context).map(|come| come.map(drop).map_err(Error::Ring))
    }
}
