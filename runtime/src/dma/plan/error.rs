use crate::microcode::{Side, Unencodable};

/// Why a transfer has no program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PlanError {
    /// Nothing to transfer.
    Empty,
    /// The transfer reaches beyond the last address of the bus.
    AddressRange,
    /// More bytes than a transfer can count.
    TooManyBytes,
    /// More blocks than a program can hold.
    TooManyBlocks,
    /// A bus of so many bytes cannot be driven by this controller.
    BusWidth(u8),
    /// The FIFO cannot hold what the smallest bursts need.
    FifoTooSmall,
    /// A device's beat must be a power of two and no wider than the bus; it has so many bytes.
    PortBeat(u8),
    /// A device's burst must be of 1 beat or more and no longer than the controller's longest; it has so many.
    PortBurst(u8),
    /// A data register must be aligned to its beat.
    PortAddress {
        /// Bus address of the register.
        address: u32,
        /// Bytes per beat.
        beat: u8,
    },
    /// A length that is no multiple of the device's beat.
    PartialBeat {
        /// Length of the block, row or period.
        bytes: u32,
        /// Bytes per beat.
        beat: u8,
    },
    /// A block, row or period before the last one ends inside a burst of the device, whose requests are bursts.
    PartialBurst {
        /// Length of the block, row or period.
        bytes: u32,
        /// Bytes per burst.
        burst: u16,
    },
    /// Memory on this side is not aligned as the device's way of requesting needs it: to its beat.
    Misaligned(Side),
    /// The length of an endless transfer is no multiple of its period.
    Period {
        /// Length of a lap.
        bytes: u32,
        /// Length of a period.
        period: u32,
    },
    /// Rows that are written lie closer to each other than they are long.
    Pitch,
    /// Rows overlap or go down in memory, and the controller cannot subtract from an address.
    NoSubtract,
    /// A transfer that pauses must end, and have 1 burst or more between checkpoints.
    Checkpoint,
    /// The transfer's event, a checkpoint's and a gate's must differ; this one is used twice.
    EventTwice(u8),
    /// A device that chooses its kind of request may end a block early, so there can be no other block behind it.
    EarlyEnd,
    /// This crate is built without its feature `full`, so it copies blocks of memory, and this is something else.
    OutOfScope,
    /// No program moves data between these two sides in this shape.
    Sides,
    /// The program needs more bytes than there are.
    TooLong {
        /// Bytes the program needs.
        need: u32,
        /// Bytes there are.
        have: u32,
    },
    /// So many bursts cannot be repeated: a loop would have to jump further back than the controller can.
    JumpTooFar,
    /// The controller has no instruction for a step of the program.
    Unencodable(Unencodable),
    /// The controller's instructions do not hold addresses as four bytes in little-endian order, so a program could
    /// not be patched.
    Unpatchable,
}

impl core::fmt::Display for PlanError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing to transfer: give the shape at least one byte and, if a list, one block"),
            Self::AddressRange => f.write_str("the transfer reaches beyond the last address of the bus: move less"),
            Self::TooManyBytes => f.write_str("the transfer has more than 4 GiB: split it"),
            Self::TooManyBlocks => f.write_str("the transfer has more blocks than a program can hold: prepare fewer at a time"),
            Self::BusWidth(bytes) => {
                write!(f, "the controller cannot drive a bus of {bytes} bytes: correct the instance's parameters")
            }
            Self::FifoTooSmall => f.write_str(
                "the FIFO lines that are left are too few for any burst of this transfer: unprepare another channel, or \
                 align both sides to the bus",
            ),
            Self::PortBeat(beat) => {
                write!(
                    f,
                    "a beat of {beat} bytes is no power of two or wider than the controller's bus: correct the port in the \
                     spec"
                )
            }
            Self::PortBurst(beats) => {
                write!(f, "the controller has no bursts of {beats} beats: correct the port in the spec")
            }
            Self::PortAddress { address, beat } => {
                write!(
                    f,
                    "the data register at {address:#010x} is not aligned to its beat of {beat} bytes: correct the port in \
                     the spec"
                )
            }
            Self::PartialBeat { bytes, beat } => {
                write!(f, "{bytes} bytes are no whole number of the device's beats of {beat}: transfer whole beats")
            }
            Self::PartialBurst { bytes, burst } => {
                write!(
                    f,
                    "a part of {bytes} bytes ends inside a burst of the device, which has {burst}: make each part whole \
                     bursts"
                )
            }
            Self::Misaligned(side) => {
                write!(f, "the {} must be aligned to the device's beat: move the window", name(*side))
            }
            Self::Period { bytes, period } => {
                write!(f, "a lap of {bytes} bytes is no whole number of periods of {period}: choose another period")
            }
            Self::Pitch => f.write_str(
                "rows overlap where they are written: make the destination's pitch at least as long as a row, up or down",
            ),
            Self::NoSubtract => f.write_str(
                "the controller cannot subtract from an address, as rows that overlap or go down need it: use pitches of \
                 a row or more, or a list of rows",
            ),
            Self::Checkpoint => {
                f.write_str("a transfer that pauses must end, and have 1 burst or more between checkpoints")
            }
            Self::EventTwice(event) => write!(f, "event {event} is to mean two things: choose another"),
            Self::EarlyEnd => f.write_str(
                "a device that chooses its kind of request may end early, so it needs a transfer of one block",
            ),
            Self::OutOfScope => f.write_str(
                "the engine is built to copy blocks of memory and nothing else: switch on the feature `full` of the crate \
                 `linkwright`",
            ),
            Self::Sides => f.write_str(
                "the controller cannot move data between these two sides in this shape: use another shape or endpoint",
            ),
            Self::TooLong { need, have } => write!(
                f,
                "the program needs {need} bytes, there are {have}: allow more program memory, or move fewer blocks"
            ),
            Self::JumpTooFar => {
                f.write_str("a loop of the program is longer than the controller can jump: split the transfer")
            }
            Self::Unencodable(inner) => core::fmt::Display::fmt(inner, f),
            Self::Unpatchable => f.write_str("the controller's programs cannot be moved to other addresses"),
        }
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Destination => "destination",
    }
}

impl core::error::Error for PlanError {}

impl From<Unencodable> for PlanError {
    fn from(inner: Unencodable) -> Self {
        Self::Unencodable(inner)
    }
}
