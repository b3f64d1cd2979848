use linkwright::context::Task;
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Completed, Handler, Linear, Rejected, Resizable};
use linkwright::power::Active;
use linkwright_samsung_uart::driver as uart;

use crate::Error;

/// Sends: waiting, asynchronously, or with a callback.
#[derive(Debug)]
pub struct Sender<I: uart::Instance> {
    channel: Resizable<I::DmasTx>,
    arena: &'static Arena,
}

impl<I: uart::Instance> Sender<I> {
    pub(crate) fn new(channel: Resizable<I::DmasTx>, arena: &'static Arena) -> Self {
        Self { channel, arena }
    }

    /// Send all of `text` and wait until it is in the FIFO. Sleepable.
    pub fn write(&mut self, cx: &Task<'_>, text: &[u8], power: &Active<I>) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let buffer = self.filled(cx, text)?;
        let prepared = self.channel.prepare(cx, Linear::of(&buffer)).map_err(Error::Resize)?;
        outcome(&prepared.start(buffer, power).map_err(|refused| Error::Start(refused.error))?.wait(cx))
    }

    /// Send all of `text`; ready when it is in the FIFO. Dropping the future stops. Sleepable until it is polled.
    pub async fn write_all(&mut self, cx: &Task<'_>, text: &[u8], power: &Active<I>) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let buffer = self.filled(cx, text)?;
        let prepared = self.channel.prepare(cx, Linear::of(&buffer)).map_err(Error::Resize)?;
        outcome(&prepared.start(buffer, power).map_err(|refused| Error::Start(refused.error))?.await)
    }

    /// Get ready to [`send`](Self::send) blocks of `bytes` bytes. `handler` is told when one is in the FIFO, and may
    /// send the next one at once. Sleepable.
    pub fn on_sent<H>(&mut self, cx: &Task<'_>, bytes: u32, handler: &'static H) -> Result<(), Error>
    where
        H: Handler<I::DmasTx, Linear>,
    {
        self.channel.prepare(cx, Linear::new(bytes)).map_err(Error::Resize)?.set_handler(cx, handler);
        Ok(())
    }

    /// Send a block of the length that [`on_sent`](Self::on_sent) said. Atomic.
    pub fn send(&mut self, block: DmaBuf<u8>, power: &Active<I>) -> Result<(), Rejected<DmaBuf<u8>>> {
        match self.channel.prepared() {
            Some(prepared) => prepared.start_detached(block, power),
            None => Err(Rejected { error: linkwright::dma::StartError::Closed, bufs: block }),
        }
    }

    fn filled(&self, cx: &Task<'_>, text: &[u8]) -> Result<DmaBuf<u8>, Error> {
        let mut buffer = self.arena.alloc::<u8>(cx, text.len()).map_err(Error::Memory)?;
        buffer.copy_from_slice(text);
        Ok(buffer)
    }
}

fn outcome<B>(done: &Completed<B>) -> Result<(), Error> {
    done.result.map_err(|error| Error::Transfer { error, missing: done.residue })
}
