use super::machine::Place;

/// Which way data goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Memory to memory.
    Copy,
    /// Memory to the register of a device.
    Transmit,
    /// The register of a device to memory.
    Receive,
}

/// A transfer to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Which way.
    pub way: Way,
    /// Bytes of each piece.
    pub bytes: u32,
    /// Pieces, each apart from the next.
    pub pieces: u32,
    /// Bytes by which source and destination lie behind a page.
    pub offsets: (u32, u32),
    /// Words (4 bytes) that the device asks for at once.
    pub burst: u32,
    /// Bytes of the data bus.
    pub bus: u32,
    /// Lines of the controller's FIFO.
    pub lines: u32,
    /// How often the whole is done again, from the same place to the same place.
    pub again: u32,
    /// The pieces are periods of one ring that is to go round without a gap.
    pub ring: bool,
}

impl Job {
    /// Bytes of a word of the device.
    pub const WORD: u32 = 4;
    /// Bytes from a piece to the next.
    const APART: u32 = 2048;

    /// A copy of one piece on a 64-bit bus with 128 FIFO lines.
    pub const fn copy(bytes: u32) -> Self {
        let (way, offsets) = (Way::Copy, (0, 0));
        Self { way, bytes, pieces: 1, offsets, burst: 1, bus: 8, lines: 128, again: 1, ring: false }
    }

    /// Addresses of a piece; a device's is its register.
    pub fn piece(&self, number: u32) -> (u32, u32) {
        // The periods of a ring follow each other; other pieces lie apart.
        let apart = if self.ring { self.bytes } else { self.bytes.next_multiple_of(Self::APART) + Self::APART };
        let at = number * apart;
        let source = if self.way == Way::Receive { Place::PORT } else { Place::SOURCE + self.offsets.0 + at };
        let destination =
            if self.way == Way::Transmit { Place::PORT } else { Place::DESTINATION + self.offsets.1 + at };
        (source, destination)
    }

    /// The pieces' addresses.
    pub fn addresses(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.pieces).map(|number| self.piece(number))
    }
}
