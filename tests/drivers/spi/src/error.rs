use core::fmt;

use linkwright::consumer::OperationError;
use linkwright::dma::memory::AllocError;
use linkwright::dma::{ReleaseError, ResizeError, StartError, TransferError};

/// Why nothing was exchanged, or not all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// The bit clock refused.
    Clock(OperationError),
    /// The bit clock became `rate` hertz instead.
    Rate {
        /// Hertz on the wire.
        rate: u64,
    },
    /// The interrupt line refused.
    Interrupt(OperationError),
    /// The driver is not bound, or borrowed at this moment.
    Gone,
    /// The SoC does not wire both channels, or somebody has them already.
    NoChannels,
    /// The client has not been told of the end of the last exchange yet.
    Busy,
    /// As many bytes are received as are sent.
    Lengths {
        /// Bytes to send.
        out: usize,
        /// Bytes to receive.
        back: usize,
    },
    /// The controller counts 65,535 bytes at most, and at least one.
    Length(usize),
    /// There is no program for so many bytes.
    Resize(ResizeError),
    /// There are no buffers for so many bytes.
    Memory(AllocError),
    /// A transfer did not start.
    Start(StartError),
    /// A transfer did not end well: `missing` bytes were not sent, or not received.
    Transfer {
        /// Why.
        error: TransferError,
        /// Bytes, as far as one can tell.
        missing: u32,
    },
    /// The controller lost bytes.
    Fifo(Trouble),
    /// A transfer that will not end does not stop either.
    Hung(ReleaseError),
}

/// What went wrong at a FIFO.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// A byte came and found the receive FIFO full.
    ReceiveOverrun,
    /// The empty receive FIFO was read.
    ReceiveUnderrun,
    /// A byte was written to the full transmit FIFO.
    TransmitOverrun,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock(inner) => write!(f, "the bit clock: {inner}"),
            Self::Rate { rate } => write!(f, "the bit clock became {rate} Hz: ask for another rate"),
            Self::Interrupt(inner) => write!(f, "the interrupt: {inner}"),
            Self::Gone => f.write_str("the driver is not bound, or borrowed at this moment"),
            Self::Busy => f.write_str("the last exchange has not ended: wait until its client is told"),
            Self::NoChannels => f.write_str("the SoC wires no DMA for both directions, or somebody has it already"),
            Self::Lengths { out, back } => write!(f, "{out} bytes to send but {back} to receive: make them equal"),
            Self::Length(bytes) => write!(f, "{bytes} bytes: an exchange has 1 to 65535"),
            Self::Hung(inner) => inner.fmt(f),
            Self::Resize(inner) => inner.fmt(f),
            Self::Memory(inner) => inner.fmt(f),
            Self::Start(inner) => inner.fmt(f),
            Self::Transfer { error, missing } => write!(f, "{missing} bytes were not exchanged: {error}"),
            Self::Fifo(Trouble::ReceiveOverrun) => f.write_str("a received byte was lost: choose a lower rate"),
            Self::Fifo(Trouble::ReceiveUnderrun) => f.write_str("a byte was read that had not come"),
            Self::Fifo(Trouble::TransmitOverrun) => f.write_str("a byte to send was lost"),
        }
    }
}

impl core::error::Error for Error {}
