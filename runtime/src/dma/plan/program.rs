use super::place::{Place, Record};
use super::progress::Track;

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

    /// What two parts of one program need.
    pub(super) const fn and(self, other: Self) -> Self {
        let peak = if self.peak() > other.peak() { self.peak() } else { other.peak() };
        let resident = if self.resident > other.resident { self.resident } else { other.resident };
        Self { resident, transient: peak - resident }
    }
}

/// A planned program: what was written, and what there is to know about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Program {
    /// Bytes of the program.
    pub len: u16,
    /// Bytes of the program with the table of [`Place`]s behind it. Both are kept together, as one piece.
    pub size: u16,
    /// Blocks, and so places: 1 unless the work was a list.
    pub blocks: u16,
    /// Bytes it moves; in a lap, if it is [endless](Self::endless).
    pub bytes: u32,
    /// Addresses may change by multiples of this, in bytes: a power of two.
    pub alignment: u8,
    /// Instructions it executes; in a lap, if it is endless.
    pub instructions: u32,
    /// Bursts it reads.
    pub loads: u32,
    /// Bursts it writes.
    pub stores: u32,
    /// FIFO lines it needs.
    pub fifo: FifoNeed,
    /// How often it signals its event; in a lap, if it is endless.
    pub events: u32,
    /// Where the last signal of the event stands: a program counter beyond it means that all is done. `None` if it is
    /// endless.
    pub last_event_at: Option<u16>,
    /// It never ends.
    pub endless: bool,
    /// Event of its checkpoints, if it can be paused.
    pub checkpoint: Option<u8>,
    /// Where the source address of the first block stands in the program: four bytes, little-endian. 0 if the source is
    /// no memory.
    pub source_at: u16,
    /// The same for the destination.
    pub destination_at: u16,
    /// Source address that the first block was planned for.
    pub source: u32,
    /// Destination address that the first block was planned for.
    pub destination: u32,
    pub(super) track: Track,
}

impl Program {
    /// No program at all.
    pub const NONE: Self = Self {
        len: 0,
        size: 0,
        blocks: 0,
        bytes: 0,
        alignment: 1,
        instructions: 0,
        loads: 0,
        stores: 0,
        fifo: FifoNeed { resident: 0, transient: 0 },
        events: 0,
        last_event_at: None,
        endless: false,
        checkpoint: None,
        source_at: 0,
        destination_at: 0,
        source: 0,
        destination: 0,
        track: Track::NONE,
    };

    /// Block `index`, from the table. `word` reads four bytes, little-endian, at so many bytes from the program's start.
    pub fn place(&self, index: u16, word: impl Fn(u16) -> u32) -> Option<Place> {
        let record = |index: u16| {
            let at = table(self.len).checked_add(index.checked_mul(Place::SIZE as u16)?)?;
            Some(Record::from_words(word(at), word(at.checked_add(4)?)))
        };
        if index >= self.blocks {
            return None;
        }
        let record_here = record(index)?;
        let before = if index == 0 { 0 } else { record(index - 1)?.end };
        let at = |distance: Option<u8>| Some(record_here.first.saturating_add(distance?.into()));
        Some(Place {
            source_at: at(self.track.source),
            destination_at: at(self.track.destination),
            source_low: record_here.lows[0],
            destination_low: record_here.lows[1],
            alignment: self.alignment,
            bytes: record_here.end.saturating_sub(before),
            before,
            first: record_here.first,
        })
    }

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

/// Where the table of a program of `len` bytes begins.
pub(super) const fn table(len: u16) -> u16 {
    len.saturating_add(3) / 4 * 4
}
