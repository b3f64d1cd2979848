use core::fmt;

use linkwright::consumer::OperationError;
use linkwright::dma::memory::AllocError;
use linkwright::dma::{PrepareError, ResizeError, RingError, StartError, TransferError};

/// Why the UART does not work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// Its clock refused.
    Clock(OperationError),
    /// The clock is too slow, or too fast, for the baud rate.
    Baud,
    /// Its interrupt line refused.
    Interrupt(OperationError),
    /// The SoC wires no DMA to it, or somebody has the channel already.
    NoChannel,
    /// There is no ring like this.
    Prepare(PrepareError),
    /// There is no program for so many bytes.
    Resize(ResizeError),
    /// There is no buffer for so many bytes.
    Memory(AllocError),
    /// The transfer did not start.
    Start(StartError),
    /// The transfer did not end well: `missing` bytes were not sent.
    Transfer {
        /// Why.
        error: TransferError,
        /// Bytes that were not sent, as far as one can tell.
        missing: u32,
    },
    /// The ring does not go on.
    Ring(RingError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock(inner) => write!(f, "the baud rate's clock: {inner}"),
            Self::Baud => f.write_str("the clock cannot be divided to this baud rate: choose another rate or clock"),
            Self::Interrupt(inner) => write!(f, "the interrupt: {inner}"),
            Self::NoChannel => f.write_str("no DMA channel: the SoC wires none, or somebody has it already"),
            Self::Prepare(inner) => inner.fmt(f),
            Self::Resize(inner) => inner.fmt(f),
            Self::Memory(inner) => inner.fmt(f),
            Self::Start(inner) => inner.fmt(f),
            Self::Transfer { error, missing } => write!(f, "{missing} bytes were not sent: {error}"),
            Self::Ring(inner) => inner.fmt(f),
        }
    }
}

impl core::error::Error for Error {}
