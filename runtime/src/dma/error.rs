use core::fmt;

use super::memory::AllocError;
use super::plan::PlanError;
use super::{Capabilities, Expected, TransferError};
use crate::microcode::Side;
use crate::power::{DeviceId, PowerError};

/// Why a channel could not be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ClaimError {
    /// The endpoint belongs to another controller.
    WrongController {
        /// The endpoint's.
        expected: DeviceId,
        /// The one that was asked.
        found: DeviceId,
    },
    /// Another channel has the endpoint's request line.
    RequestTaken(u8),
    /// The controller has no such request line.
    NoRequest {
        /// The endpoint's.
        request: u8,
        /// How many there are.
        have: u8,
    },
    /// The controller did not get power.
    Power(PowerError),
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongController { expected, found } => {
                write!(f, "the endpoint belongs to {expected}, this engine drives {found}: claim from the other engine")
            }
            Self::RequestTaken(request) => {
                write!(f, "request line {request} is another channel's: release that one first")
            }
            Self::NoRequest { request, have } => write!(
                f,
                "the endpoint uses request line {request}, the controller has {have}: correct the SoC spec's wiring"
            ),
            Self::Power(inner) => write!(f, "the controller has no power: {inner}"),
        }
    }
}

/// Why a shape could not be prepared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PrepareError {
    /// All channel threads are prepared.
    NoThread,
    /// All events that may be used are taken.
    NoEvent,
    /// The program memory is used up.
    Memory(AllocError),
    /// The controller did not get power.
    Power(PowerError),
    /// No program moves this shape here.
    Plan(PlanError),
    /// The data FIFO is promised to the programs of other channels; together with this one they could lock up.
    Fifo {
        /// Lines needed together with the others.
        need: u16,
        /// Lines there are.
        have: u16,
    },
}

impl fmt::Display for PrepareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThread => {
                f.write_str("all threads are prepared: unprepare a channel, or allow more in the engine's config")
            }
            Self::NoEvent => {
                f.write_str("all events are taken: unprepare a channel, or allow more in the engine's config")
            }
            Self::Memory(inner) => write!(f, "no program memory: {inner}"),
            Self::Power(inner) => write!(f, "the controller has no power: {inner}"),
            Self::Plan(inner) => fmt::Display::fmt(inner, f),
            Self::Fifo { need, have } => write!(
                f,
                "this program and those prepared on other channels need {need} of {have} FIFO lines: unprepare one, or \
                 align both buffers to the bus"
            ),
        }
    }
}

/// Why a transfer did not start. Atomic operations fail only for what their caller did or for dead hardware.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The channel still works on an earlier transfer, or holds the buffers of one that nobody took back.
    Busy,
    /// More or fewer blocks than were prepared.
    Segments {
        /// Blocks of the shape.
        need: usize,
        /// Blocks there are buffers for.
        have: usize,
    },
    /// A buffer is shorter than the prepared shape.
    TooShort {
        /// Of which block, from 0.
        segment: u16,
        /// Which.
        side: Side,
        /// Bytes the shape moves.
        need: u32,
        /// Bytes in the window.
        have: u32,
    },
    /// A buffer lies otherwise on the bus than the program was planned for.
    Alignment {
        /// Of which block, from 0.
        segment: u16,
        /// Which.
        side: Side,
        /// Address modulo `modulus` that the program was planned for.
        planned: u8,
        /// The buffer's.
        found: u8,
        /// Width of the data bus in bytes.
        modulus: u8,
    },
    /// A buffer is memory of another bus.
    OtherMemory,
    /// The power guard counts in another power core than the engine's.
    OtherPower,
    /// The channel is being stopped or released.
    Closed,
    /// The controller's command interface stayed busy.
    Stuck,
    /// As many transfers are in the queue as there is room for.
    QueueFull,
    /// A period of a gated ring shares a cache line with its neighbour.
    SplitLine {
        /// Bytes of a line.
        line: u32,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str(
                "an earlier transfer is not finished or its buffers wait in `recover`: wait for it, or take them",
            ),
            Self::Segments { need, have } => {
                write!(f, "buffers for {have} blocks, the prepared shape has {need}: push or pop segments")
            }
            Self::TooShort { segment, side, need, have } => write!(
                f,
                "the {} of block {segment} has {have} bytes, the prepared shape needs {need}: use a longer window",
                name(*side)
            ),
            Self::Alignment { segment, side, planned, found, modulus } => write!(
                f,
                "the {} of block {segment} begins at {found} modulo {modulus}, the program was prepared for {planned}: \
                 move the window, or prepare with the shape's `between` or `of`",
                name(*side)
            ),
            Self::OtherMemory => f.write_str("a buffer is memory of another bus: allocate it from this controller's"),
            Self::OtherPower => f.write_str("the guard counts in another power core: resume with the engine's own"),
            Self::Closed => {
                f.write_str("the channel is being stopped or released: take the buffers with `finish`, start nothing")
            }
            Self::Stuck => f.write_str("the controller's command interface stays busy: check its clock and reset"),
            Self::SplitLine { line } => {
                write!(
                    f,
                    "a period shares a cache line with its neighbour: use windows and periods of whole {line} bytes"
                )
            }
            Self::QueueFull => f.write_str("the queue is full: take what has ended, or lend it more storage"),
        }
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Destination => "destination",
    }
}

/// Why a transfer was not paused or resumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PauseError {
    /// It has ended, or is being stopped.
    Ended,
    /// The controller's command interface stayed busy; the transfer stays as it was, and may be told again.
    Stuck,
}

impl fmt::Display for PauseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "the transfer has ended: there is nothing to pause or resume",
            Self::Stuck => "the controller's command interface stays busy: try again, or check its clock and reset",
        })
    }
}

/// Why a channel could not be stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The thread did not stop. Its buffers stay with the engine until it does.
    Running,
    /// A completion callback of this channel still runs elsewhere.
    InCallback,
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => {
                "the channel does not stop, probably for a bus access that never ends: reset the controller"
            }
            Self::InCallback => {
                "the completion callback has not returned: do not wait in callbacks, and release when it has"
            }
        })
    }
}

/// Why [`copy_blocking`](super::Prepared::copy_blocking) failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CopyError {
    /// Source and destination differ in length.
    Lengths {
        /// The source's, in bytes.
        source: usize,
        /// The destination's, in bytes.
        destination: usize,
    },
    /// No memory to copy through.
    Memory(AllocError),
    /// A piece did not start.
    Start(StartError),
    /// A piece started and failed.
    Transfer(TransferError),
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lengths { source, destination } => {
                write!(f, "the source has {source} bytes, the destination {destination}: cut the longer one")
            }
            Self::Memory(inner) => fmt::Display::fmt(inner, f),
            Self::Start(inner) => fmt::Display::fmt(inner, f),
            Self::Transfer(inner) => fmt::Display::fmt(inner, f),
        }
    }
}

/// The hardware is not what its description says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// What the description says.
    pub expected: Expected,
    /// What the hardware says.
    pub found: Capabilities,
}

impl Mismatch {
    /// What differs: name, expected, found.
    pub fn differences(&self) -> impl Iterator<Item = (&'static str, u32, u32)> {
        let (e, f) = (self.expected, self.found);
        [
            ("threads", e.threads.into(), f.threads.into()),
            ("events", e.events.into(), f.events.into()),
            ("requests", e.requests.into(), f.requests.into()),
            ("bus_bytes", e.bus_bytes.into(), f.bus_bytes.into()),
            ("fifo_lines", e.fifo_lines.into(), f.fifo_lines.into()),
            ("icache_line", e.icache_line.into(), f.icache_line.into()),
            ("non_secure", e.non_secure.into(), f.non_secure.into()),
        ]
        .into_iter()
        .filter(|(_, expected, found)| expected != found)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the controller is not what the spec says:")?;
        for (i, (name, expected, found)) in self.differences().enumerate() {
            let separator = if i == 0 { "" } else { "," };
            write!(f, "{separator} {name} is {found}, expected {expected}")?;
        }
        f.write_str("; correct the instance's parameters or its address")
    }
}

/// Why probing failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ProbeError {
    /// The controller did not get power.
    Power(PowerError),
    /// It is not what its description says.
    Mismatch(Mismatch),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Power(inner) => fmt::Display::fmt(inner, f),
            Self::Mismatch(inner) => fmt::Display::fmt(inner, f),
        }
    }
}

macro_rules! errors {
    ($($t:ty)*) => {$(impl core::error::Error for $t {})*};
}
errors!(ClaimError PrepareError StartError PauseError ReleaseError CopyError Mismatch ProbeError);
