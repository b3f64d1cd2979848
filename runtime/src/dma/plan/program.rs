/// Lines of the shared data FIFO that a program needs.
///
/// A set of programs cannot lock each other up if the sum of all `resident` lines and the largest `transient` need
/// together fit the FIFO: only one program at a time may have loaded without having stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FifoNeed {
    /// Lines it keeps while another program may load.
    pub resident: u16,
    /// Further lines it fills between a load and the store after it.
    pub transient: u16,
}

impl FifoNeed {
    /// Lines in use at the worst moment, by this program alone.
    pub const fn peak(self) -> u16 {
        self.resident.saturating_add(self.transient)
    }
}

/// A planned program: what was written, and what there is to know about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Program {
    /// Bytes of the program.
    pub len: u16,
    /// Where the source address stands in the program: four bytes, little-endian.
    pub source_at: u16,
    /// Where the destination address stands in the program: four bytes, little-endian.
    pub destination_at: u16,
    /// Source address it was planned for.
    pub source: u32,
    /// Destination address it was planned for.
    pub destination: u32,
    /// Bytes it moves.
    pub bytes: u32,
    /// Addresses may change by multiples of this, in bytes: a power of two.
    pub alignment: u8,
    /// Instructions it executes.
    pub instructions: u32,
    /// Bursts it reads.
    pub loads: u32,
    /// Bursts it writes.
    pub stores: u32,
    /// FIFO lines it needs.
    pub fifo: FifoNeed,
}

impl Program {
    /// May the program be [patched](Self::patch) to these addresses? They must equal the planned ones modulo
    /// [`alignment`](Self::alignment), and the transfer must not reach beyond the last address of the bus.
    pub const fn fits(&self, source: u32, destination: u32) -> bool {
        // A program that is not this planner's may say anything; 0 then means 1.
        let mask = (self.alignment as u32).saturating_sub(1);
        let last = self.bytes.saturating_sub(1);
        (source ^ self.source) & mask == 0
            && (destination ^ self.destination) & mask == 0
            && source.checked_add(last).is_some()
            && destination.checked_add(last).is_some()
    }

    /// Move the program in `bytes` to other addresses. `false`, and nothing is written, when it does not
    /// [fit](Self::fits) them or `bytes` does not hold the program.
    ///
    /// Only while no thread runs the program: controllers cache instructions without looking at memory again.
    #[must_use]
    pub fn patch(&self, bytes: &mut [u8], source: u32, destination: u32) -> bool {
        let (first, second) = (usize::from(self.source_at), usize::from(self.destination_at));
        let whole = bytes.len() >= usize::from(self.len).max(first + 4).max(second + 4);
        if !whole || !self.fits(source, destination) {
            return false;
        }
        bytes[first..first + 4].copy_from_slice(&source.to_le_bytes());
        bytes[second..second + 4].copy_from_slice(&destination.to_le_bytes());
        true
    }
}
