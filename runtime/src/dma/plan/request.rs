use crate::microcode::{Limits, Unencodable};

/// What the bus tells memory about one side's accesses, as the controller encodes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes {
    /// Cache attributes.
    pub cache: u8,
    /// Protection attributes.
    pub protection: u8,
}

/// A copy from memory to memory, of any alignment and any length.
///
/// The addresses may be stand-ins: a program serves every pair of addresses that equals these modulo the bus width
/// ([`Program::fits`](super::Program::fits)). It is fastest where they also agree modulo the longest burst.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CopyRequest {
    /// First byte read (bus address).
    pub source: u32,
    /// First byte written (bus address). The two ranges must not overlap; the planner cannot know when the addresses
    /// are stand-ins, so this is the caller's to check.
    pub destination: u32,
    /// Bytes to copy, 1 or more.
    pub bytes: u32,
    /// Width of the controller's data bus, in bytes: a power of two.
    pub bus_bytes: u8,
    /// Lines of the controller's data FIFO that this program may fill, 1 or more.
    pub fifo_lines: u16,
    /// Event that the program signals once, when everything is written.
    pub event: u8,
    /// Of the reads.
    pub source_attributes: Attributes,
    /// Of the writes.
    pub destination_attributes: Attributes,
    /// Wait for each read before its write, and for each write before the next read: for controllers that lock up
    /// when they overlap. Costs time, FIFO lines that other channels then lack ([`FifoNeed`](super::FifoNeed)), and up
    /// to twice the program.
    pub barriers: bool,
}

impl CopyRequest {
    /// Can a program for a controller with these `limits` be planned at all?
    pub const fn check(&self, limits: &Limits) -> Result<(), PlanError> {
        if self.bytes == 0 {
            return Err(PlanError::Empty);
        }
        let last = self.bytes - 1;
        if self.source.checked_add(last).is_none() || self.destination.checked_add(last).is_none() {
            return Err(PlanError::AddressRange);
        }
        // The bytes beside the last whole line go in one burst of narrow beats.
        if !self.bus_bytes.is_power_of_two() || self.bus_bytes > limits.beat || self.bus_bytes - 1 > limits.burst {
            return Err(PlanError::BusWidth(self.bus_bytes));
        }
        if self.fifo_lines == 0 || limits.burst == 0 {
            return Err(PlanError::FifoTooSmall);
        }
        Ok(())
    }
}

/// Why a transfer has no program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PlanError {
    /// Nothing to transfer.
    Empty,
    /// The transfer reaches beyond the last address of the bus.
    AddressRange,
    /// A bus of so many bytes cannot be driven by this controller.
    BusWidth(u8),
    /// The FIFO cannot hold what the smallest bursts need.
    FifoTooSmall,
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
            Self::Empty => f.write_str("nothing to transfer: the length is 0"),
            Self::AddressRange => f.write_str("the transfer reaches beyond the last address of the bus"),
            Self::BusWidth(bytes) => write!(f, "the controller cannot drive a bus of {bytes} bytes"),
            Self::FifoTooSmall => f.write_str("the controller's FIFO is too small for any burst of this transfer"),
            Self::TooLong { need, have } => write!(f, "the program needs {need} bytes, there are {have}"),
            Self::JumpTooFar => f.write_str("a loop of the program is longer than the controller can jump"),
            Self::Unencodable(inner) => core::fmt::Display::fmt(inner, f),
            Self::Unpatchable => f.write_str("the controller's programs cannot be moved to other addresses"),
        }
    }
}

impl core::error::Error for PlanError {}

impl From<Unencodable> for PlanError {
    fn from(inner: Unencodable) -> Self {
        Self::Unencodable(inner)
    }
}
