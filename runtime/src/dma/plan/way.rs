use super::emitter::Emitter;
use super::{End, PlanError, PortEnd, device, linear, zero};
use crate::microcode::{Isa, Op, Side};

/// How data gets from one side to the other.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// From memory to memory.
    Copy,
    /// One word in memory, again and again, to memory.
    Pattern(u32),
    /// Zeros to memory.
    Zero,
    /// From memory to a device.
    Out(PortEnd),
    /// From a device to memory.
    In(PortEnd),
}

/// Contiguous bytes.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) source: u32,
    pub(super) destination: u32,
    pub(super) bytes: u32,
    /// The same code serves parts whose addresses differ by multiples of these bits; 0: this part alone.
    pub(super) apart: u32,
    /// No other part comes after it.
    pub(super) last: bool,
}

impl Part {
    /// The widest beat, of at most `most` bytes, to which all addresses that this code serves have the same distance.
    pub(super) fn width(&self, most: u8) -> u8 {
        power(self.apart | u32::from(most))
    }
}

/// The largest power of two that divides `number`, which is no multiple of 256.
pub(super) fn power(number: u32) -> u8 {
    (number & number.wrapping_neg()) as u8
}

impl Way {
    pub(super) fn between(source: End, destination: End) -> Result<Self, PlanError> {
        match (source, destination) {
            (End::Memory, End::Memory) => Ok(Self::Copy),
            (End::Pattern(at), End::Memory) => Ok(Self::Pattern(at)),
            (End::Zero, End::Memory) => Ok(Self::Zero),
            (End::Memory, End::Port(port)) => Ok(Self::Out(port)),
            (End::Port(port), End::Memory) => Ok(Self::In(port)),
            _ => Err(PlanError::Sides),
        }
    }

    /// Memory is read, written.
    pub(super) fn memory(&self, side: Side) -> bool {
        match self {
            Self::Copy => true,
            Self::Out(_) => side == Side::Source,
            Self::Pattern(_) | Self::Zero | Self::In(_) => side == Side::Destination,
        }
    }

    /// What comes once, before all parts.
    pub(super) fn begin<I: Isa>(&self, e: &mut Emitter<'_, I>) -> Result<(), PlanError> {
        let (side, address, flush) = match self {
            Self::Copy | Self::Zero => return Ok(()),
            Self::Pattern(at) => (Side::Source, *at, None),
            Self::Out(port) => (Side::Destination, port.address, Some(port)),
            Self::In(port) => (Side::Source, port.address, Some(port)),
        };
        e.address(side, address)?;
        match flush {
            Some(port) if port.flush => e.op(Op::FlushPeripheral(port.request)),
            _ => Ok(()),
        }
    }

    /// Move a part. The addresses of memory stand at its beginning, and then at its end.
    pub(super) fn part<I: Isa>(&self, e: &mut Emitter<'_, I>, part: &Part) -> Result<(), PlanError> {
        match self {
            Self::Copy => linear::emit(e, part, None),
            Self::Pattern(word) => linear::emit(e, part, Some(*word)),
            Self::Zero => zero::emit(e, part),
            Self::Out(port) => device::out::emit(e, part, port),
            Self::In(port) => device::into::emit(e, part, port),
        }
    }
}
