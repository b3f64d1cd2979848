use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};

use linkwright::consumer::Bound;
use linkwright::context::Task;
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Completed, Linear, Prepared, Resizable, Transfer};
use linkwright::power::Active;
use linkwright_samsung_spi::driver as spi;

use crate::told::Told;
use crate::{Error, Spi};

/// Who exchanges with a device.
pub struct Master<I: spi::Instance, B: spi::Board<I>> {
    spi: &'static Bound<Spi<I, B>>,
    tx: Resizable<I::DmasTx>,
    rx: Resizable<I::DmasRx>,
    arena: &'static Arena,
    told: Option<&'static Told<I, B>>,
}

/// Programs for both ways.
type Ways<'m, I> =
    (&'m mut Prepared<<I as spi::Instance>::DmasTx, Linear>, &'m mut Prepared<<I as spi::Instance>::DmasRx, Linear>);

impl<I: spi::Instance, B: spi::Board<I>> Master<I, B>
where
    Spi<I, B>: Send,
{
    /// Take both channels of `spi`, for buffers from `arena`. `handler` runs at the controller's interrupt and calls
    /// [`Spi::interrupt`]. Sleepable.
    pub fn new(
        cx: &Task<'_>,
        spi: &'static Bound<Spi<I, B>>,
        arena: &'static Arena,
        handler: &'static (dyn Fn() + Sync),
    ) -> Result<Self, Error> {
        let (tx, rx) = spi.with(|spi| spi.channels(cx, handler)).ok_or(Error::Gone)??;
        Ok(Self { spi, tx, rx, arena, told: None })
    }

    /// Send all of `out`, receive as much into `back`, and wait for it. Sleepable.
    pub fn exchange(&mut self, cx: &Task<'_>, out: &[u8], back: &mut [u8], power: &Active<I>) -> Result<(), Error> {
        let (sent, received, bytes) = self.buffers(cx, out, back)?;
        let spi = self.spi;
        let (tx, rx) = self.prepare(cx, bytes)?;
        let rx = rx.start(received, power).map_err(|refused| Error::Start(refused.error))?;
        let tx = tx.start(sent, power).map_err(|refused| Error::Start(refused.error))?;
        let selected = Selected::new(spi, bytes)?;
        good(&tx.wait(cx))?;
        let came = rx.wait_or(cx, || selected.is_lost()).map_err(Error::Hung)?;
        selected.end()?;
        finish(&came, back)
    }

    /// The same; ready when all has come. Dropping the future stops and lets go of the device. Sleepable until it is
    /// polled.
    pub async fn exchange_async(
        &mut self,
        cx: &Task<'_>,
        out: &[u8],
        back: &mut [u8],
        power: &Active<I>,
    ) -> Result<(), Error> {
        let (sent, received, bytes) = self.buffers(cx, out, back)?;
        let spi = self.spi;
        let (tx, rx) = self.prepare(cx, bytes)?;
        let mut rx = rx.start(received, power).map_err(|refused| Error::Start(refused.error))?;
        let tx = tx.start(sent, power).map_err(|refused| Error::Start(refused.error))?;
        let selected = Selected::new(spi, bytes)?;
        good(&tx.await)?;
        let came = poll_fn(|context| selected.poll_come(&mut rx, context)).await;
        selected.end()?;
        finish(&came?, back)
    }

    /// Get ready to [`start`](Self::start) exchanges of `bytes` bytes, of whose end `told` is told. Sleepable.
    pub fn on_end(&mut self, cx: &Task<'_>, bytes: u16, told: &'static Told<I, B>) -> Result<(), Error> {
        let (_, rx) = self.prepare(cx, bytes)?;
        rx.set_handler(cx, told);
        self.told = Some(told);
        Ok(())
    }

    /// Exchange as many bytes as [`on_end`](Self::on_end) said: the first buffer goes out, what comes goes to the second.
    /// Atomic.
    pub fn start(&mut self, (out, back): (DmaBuf<u8>, DmaBuf<u8>), power: &Active<I>) -> Result<(), Error> {
        let (Some(tx), Some(rx), Some(told)) = (self.tx.prepared(), self.rx.prepared(), self.told) else {
            return Err(Error::Length(0));
        };
        let bytes = u16::try_from(rx.shape().bytes()).unwrap_or(u16::MAX);
        if self.spi.inspect(Spi::is_busy).ok_or(Error::Gone)? {
            return Err(Error::Busy);
        }
        // What the last exchange has left nobody waits for.
        rx.cancel();
        drop((tx.recover(), rx.recover()));
        rx.start_detached(back, power).map_err(|refused| Error::Start(refused.error))?;
        let sent = tx.start_detached(out, power).map_err(|refused| Error::Start(refused.error));
        let begun =
            sent.and_then(|()| self.spi.inspect(|spi| spi.begin(bytes, Some(told.client()))).ok_or(Error::Gone));
        begun.inspect_err(|_| {
            tx.cancel();
            rx.cancel();
        })
    }

    fn buffers(&self, cx: &Task<'_>, out: &[u8], back: &[u8]) -> Result<(DmaBuf<u8>, DmaBuf<u8>, u16), Error> {
        if out.len() != back.len() {
            return Err(Error::Lengths { out: out.len(), back: back.len() });
        }
        let length = Error::Length(out.len());
        let bytes = u16::try_from(out.len()).ok().filter(|bytes| *bytes > 0).ok_or(length)?;
        let mut sent = self.arena.alloc::<u8>(cx, out.len()).map_err(Error::Memory)?;
        sent.copy_from_slice(out);
        Ok((sent, self.arena.alloc(cx, out.len()).map_err(Error::Memory)?, bytes))
    }

    fn prepare(&mut self, cx: &Task<'_>, bytes: u16) -> Result<Ways<'_, I>, Error> {
        if self.told.take().is_some() {
            // Where a client waited, an exchange may still be under way.
            self.tx.unprepare(cx).and_then(|()| self.rx.unprepare(cx)).map_err(Error::Resize)?;
        }
        let shape = Linear::new(bytes.into());
        let tx = self.tx.prepare(cx, shape).map_err(Error::Resize)?;
        Ok((tx, self.rx.prepare(cx, shape).map_err(Error::Resize)?))
    }
}

/// The device is selected. Dropping it lets go.
struct Selected<I: spi::Instance, B: spi::Board<I>>(&'static Bound<Spi<I, B>>)
where
    Spi<I, B>: Send;

impl<I: spi::Instance, B: spi::Board<I>> Selected<I, B>
where
    Spi<I, B>: Send,
{
    fn new(spi: &'static Bound<Spi<I, B>>, bytes: u16) -> Result<Self, Error> {
        spi.inspect(|spi| spi.begin(bytes, None)).ok_or(Error::Gone)?;
        Ok(Self(spi))
    }

    /// Is a byte lost, so that waiting for the last one is in vain?
    fn is_lost(&self) -> bool {
        self.0.inspect(|spi| spi.trouble().is_some()).unwrap_or(true)
    }

    fn poll_come(
        &self,
        rx: &mut Transfer<'_, I::DmasRx, Linear>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Completed<DmaBuf<u8>>, Error>> {
        // Wakers run code of their own when cloned and dropped.
        let waker = context.waker().clone();
        drop(self.0.inspect(|spi| spi.wake_later(waker)));
        match self.is_lost() {
            true => Poll::Ready(Err(Error::Gone)),
            false => Pin::new(rx).poll(context).map(Ok),
        }
    }

    fn end(self) -> Result<(), Error> {
        let spi = self.0;
        core::mem::forget(self);
        spi.inspect(Spi::end).unwrap_or(Err(Error::Gone))
    }
}

impl<I: spi::Instance, B: spi::Board<I>> Drop for Selected<I, B>
where
    Spi<I, B>: Send,
{
    fn drop(&mut self) {
        // Who gave up does not ask how it went.
        let _ = self.0.inspect(Spi::end);
    }
}

fn good(done: &Completed<DmaBuf<u8>>) -> Result<(), Error> {
    done.result.map_err(|error| Error::Transfer { error, missing: done.residue })
}

fn finish(came: &Completed<DmaBuf<u8>>, back: &mut [u8]) -> Result<(), Error> {
    good(came)?;
    back.copy_from_slice(&came.bufs);
    Ok(())
}
