use super::place::{Place, Record};
use super::progress::Track;
use crate::dma::FULL;

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
    pub(super) track: Track,
}

/// Where in a program of one block the addresses are set, where it signals its end, and where it ends.
#[cfg(not(feature = "full"))]
#[derive(Clone, Copy)]
pub(in crate::dma) struct Stretch {
    pub(in crate::dma) ready: u8,
    /// Most bytes of one store.
    pub(in crate::dma) burst: u16,
    pub(in crate::dma) signal: u16,
    pub(in crate::dma) len: u16,
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
        track: Track::NONE,
    };

    /// Where the addresses of its one block stand, the source's first, and how it goes on; `None` unless both sides are
    /// memory.
    #[cfg(not(feature = "full"))]
    pub(in crate::dma) fn copies(&self) -> Option<([u8; 2], Stretch)> {
        let Track { source, destination, ready, burst, .. } = self.track;
        let signal = self.last_event_at.unwrap_or(self.len);
        Some(([source?, destination?], Stretch { ready, burst, signal, len: self.len }))
    }

    /// Block `index`, from the table. `word` reads four bytes, little-endian, at so many bytes from the program's start.
    pub fn place(&self, index: u16, word: impl Fn(u16) -> u32) -> Option<Place> {
        if !FULL {
            // Without a table: the program has one block, and its addresses stay what they are modulo the alignment.
            let low = |at: Option<u8>| at.map_or(0, |at| word(at.into()) as u8);
            let track = &self.track;
            return (index == 0).then(|| Place {
                source_at: track.source.map(u16::from),
                destination_at: track.destination.map(u16::from),
                source_low: low(track.source),
                destination_low: low(track.destination),
                alignment: self.alignment,
                bytes: self.bytes,
                before: 0,
                first: 0,
            });
        }
        let record = |index: u16| {
            let at = table(self.len).checked_add(index.checked_mul(Place::SIZE as u16)?)?;
            Some(Record::from_words(word(at), word(at.checked_add(4)?)))
        };
        if index >= self.blocks {
            return None;
        }
        let here = record(index)?;
        let before = if index == 0 { 0 } else { record(index - 1)?.end };
        let at = |distance: Option<u8>| Some(here.first.saturating_add(distance?.into()));
        Some(Place {
            source_at: at(self.track.source),
            destination_at: at(self.track.destination),
            source_low: here.lows[0],
            destination_low: here.lows[1],
            alignment: self.alignment,
            bytes: here.end.saturating_sub(before),
            before,
            first: here.first,
        })
    }
}

/// Where the table of a program of `len` bytes begins.
pub(super) const fn table(len: u16) -> u16 {
    len.saturating_add(3) / 4 * 4
}
