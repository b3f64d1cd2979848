//! A service that copies memory with whatever controller there is: waiting, asynchronously, or with a callback.
#![no_std]
#![forbid(unsafe_code)]

use linkwright::context::Task;
use linkwright::dma::{
    BuffersOf, ClaimError, Completed, CopyPair, Handler, Linear, MemoryCopy, PrepareError, Prepared, Provider, Rejected,
};
use linkwright::power::{Active, Device};

type Endpoint<D> = MemoryCopy<D, u8>;

/// Copies of one length with a channel of controller `D`.
pub struct Copier<D: Device> {
    prepared: Prepared<Endpoint<D>, Linear>,
}

/// Why there is no service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// No channel.
    Claim(ClaimError),
    /// No program.
    Prepare(PrepareError),
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Claim(inner) => inner.fmt(f),
            Self::Prepare(inner) => inner.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

/// A copy that did not start, with its buffers.
pub type NotStarted<D> = Rejected<BuffersOf<Endpoint<D>, Linear>>;

impl<D: Device> Copier<D> {
    /// Take a channel of `provider` and prepare copies of `bytes` bytes. Sleepable.
    pub fn open(cx: &Task<'_>, provider: &'static dyn Provider, bytes: u32) -> Result<Self, Error> {
        let channel = provider.claim::<Endpoint<D>>(cx).map_err(Error::Claim)?;
        let prepared = channel.prepare(cx, Linear::new(bytes)).map_err(|(error, _)| Error::Prepare(error))?;
        Ok(Self { prepared })
    }

    /// Copy and wait. Sleepable.
    pub fn copy(
        &mut self,
        cx: &Task<'_>,
        pair: CopyPair<u8>,
        power: &Active<D>,
    ) -> Result<Completed<CopyPair<u8>>, NotStarted<D>> {
        Ok(self.prepared.start(pair, power)?.wait(cx))
    }

    /// Copy and `.await`. Atomic until it is polled.
    pub async fn copy_async(
        &mut self,
        pair: CopyPair<u8>,
        power: &Active<D>,
    ) -> Result<Completed<CopyPair<u8>>, NotStarted<D>> {
        Ok(self.prepared.start(pair, power)?.await)
    }

    /// Who is told of copies that [`begin`](Self::begin) starts, and may start the next one. Sleepable.
    pub fn on_done<H: Handler<Endpoint<D>, Linear>>(&mut self, cx: &Task<'_>, handler: &'static H) {
        self.prepared.set_handler(cx, handler);
    }

    /// Copy; the end is told to the handler. Atomic.
    pub fn begin(&mut self, pair: CopyPair<u8>, power: &Active<D>) -> Result<(), NotStarted<D>> {
        self.prepared.start_detached(pair, power)
    }
}
