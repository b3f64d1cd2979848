use crate::microcode::Side;

/// One block of a planned program: where its addresses stand, and what it was planned for.
///
/// Read from the table behind the program by [`Program::place`](super::Program::place).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Where the source address stands in the program (four bytes, little-endian), if the source is memory.
    pub source_at: Option<u16>,
    /// The same for the destination.
    pub destination_at: Option<u16>,
    /// Low byte of the source address that it was planned for.
    pub source_low: u8,
    /// Low byte of the destination address that it was planned for.
    pub destination_low: u8,
    /// Addresses may change by multiples of this, in bytes: a power of two.
    pub alignment: u8,
    /// Bytes it moves.
    pub bytes: u32,
    /// Bytes of all blocks before it.
    pub before: u32,
    /// Where its first instruction stands in the program.
    pub first: u16,
}

impl Place {
    /// Bytes of one record in the table.
    pub const SIZE: usize = 8;

    /// Where the address of `side` stands in the program, if that side is memory.
    pub const fn at(&self, side: Side) -> Option<u16> {
        match side {
            Side::Source => self.source_at,
            Side::Destination => self.destination_at,
        }
    }

    /// May the address of `side` become `address`? It must equal the planned one modulo
    /// [`alignment`](Self::alignment). Whether the block then ends on the bus is
    /// [`Program::reach`](super::Program::reach)'s to say.
    pub const fn fits(&self, side: Side, address: u32) -> bool {
        let low = match side {
            Side::Source => self.source_low,
            Side::Destination => self.destination_low,
        };
        // A record that is not this planner's may say anything; 0 then means 1.
        (address as u8 ^ low) & self.alignment.saturating_sub(1) == 0
    }
}

/// A block's record as it stands in the table: the bytes up to its end, where it begins, and its addresses' low bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record {
    pub(super) end: u32,
    pub(super) first: u16,
    pub(super) lows: [u8; 2],
}

impl Record {
    pub(super) fn to_bytes(self) -> [u8; Place::SIZE] {
        let ([a, b, c, d], [e, f], [g, h]) = (self.end.to_le_bytes(), self.first.to_le_bytes(), self.lows);
        [a, b, c, d, e, f, g, h]
    }

    pub(super) fn from_words(end: u32, rest: u32) -> Self {
        let [a, b, source, destination] = rest.to_le_bytes();
        Self { end, first: u16::from_le_bytes([a, b]), lows: [source, destination] }
    }
}
