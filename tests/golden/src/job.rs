use linkwright::dma::plan::{Attributes, Block, Checkpoint, CopyRequest, End, Request, Setup, Work};
use linkwright::microcode::Side;

/// Contiguous bytes on both sides.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Position of its first byte in the stream of all bytes.
    start: u64,
    addresses: [u32; 2],
    bytes: u64,
}

/// What a program is to do, worked out byte by byte from the request alone: which byte of the stream lies where on
/// either side, and where in the stream events are due.
#[derive(Clone, Debug)]
pub struct Job {
    pieces: Vec<Piece>,
    /// Bytes of the whole, or of a lap.
    pub(crate) bytes: u64,
    pub(crate) endless: bool,
    /// Positions at which the event is signalled, each once.
    pub(crate) events: Vec<u64>,
    pub(crate) gate: Option<u8>,
    pub(crate) ends: [End; 2],
    pub(crate) bus: u32,
    /// The controller can subtract from an address.
    pub(crate) subtracts: bool,
    pub(crate) fifo_lines: u64,
    pub(crate) event: u8,
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) attributes: [Attributes; 2],
}

impl From<&CopyRequest> for Job {
    fn from(r: &CopyRequest) -> Self {
        let setup = Setup {
            bus_bytes: r.bus_bytes,
            fifo_lines: r.fifo_lines,
            event: r.event,
            source_attributes: r.source_attributes,
            destination_attributes: r.destination_attributes,
            barriers: r.barriers,
            subtracts: false,
            checkpoint: None,
        };
        let blocks = &[Block { source: r.source, destination: r.destination, bytes: r.bytes }];
        let work = Work::Blocks { blocks, event_every: 0 };
        Self::from(&Request { setup, source: End::Memory, destination: End::Memory, work })
    }
}

impl From<&Request<'_>> for Job {
    fn from(r: &Request<'_>) -> Self {
        let (pieces, events, gate) = pieces(r);
        let attributes = |end: &End, memory| match end {
            End::Port(port) => port.attributes,
            _ => memory,
        };
        Self {
            bytes: pieces.iter().map(|piece| piece.bytes).sum(),
            pieces,
            endless: matches!(r.work, Work::Cyclic { .. }),
            events,
            gate,
            ends: [r.source, r.destination],
            bus: r.setup.bus_bytes.into(),
            subtracts: r.setup.subtracts,
            fifo_lines: r.setup.fifo_lines.into(),
            event: r.setup.event,
            checkpoint: r.setup.checkpoint,
            attributes: [
                attributes(&r.source, r.setup.source_attributes),
                attributes(&r.destination, r.setup.destination_attributes),
            ],
        }
    }
}

fn pieces(r: &Request<'_>) -> (Vec<Piece>, Vec<u64>, Option<u8>) {
    match r.work {
        Work::Blocks { blocks, event_every } => {
            let (mut at, mut pieces, mut events) = (0, Vec::new(), Vec::new());
            for (i, block) in blocks.iter().enumerate() {
                pieces.push(Piece {
                    start: at,
                    addresses: [block.source, block.destination],
                    bytes: block.bytes.into(),
                });
                at += u64::from(block.bytes);
                if i + 1 == blocks.len() || event_every > 0 && (i + 1) % usize::from(event_every) == 0 {
                    events.push(at);
                }
            }
            (pieces, events, None)
        }
        Work::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch } => {
            let gapless = |end: End, pitch| end != End::Memory || i64::from(pitch) == i64::from(row_bytes);
            let word = matches!(r.source, End::Pattern(_)) && row_bytes % u32::from(r.setup.bus_bytes) != 0;
            let together = gapless(r.source, source_pitch) && gapless(r.destination, destination_pitch) && !word;
            let (row_bytes, rows) = if together { (row_bytes * rows, 1) } else { (row_bytes, rows) };
            let row = |row: u32| Piece {
                start: u64::from(row) * u64::from(row_bytes),
                addresses: [
                    source.wrapping_add(row.wrapping_mul(source_pitch as u32)),
                    destination.wrapping_add(row.wrapping_mul(destination_pitch as u32)),
                ],
                bytes: row_bytes.into(),
            };
            ((0..rows).map(row).collect(), vec![u64::from(row_bytes) * u64::from(rows)], None)
        }
        Work::Cyclic { block, period_bytes, gate } => {
            let period = |n: u32| Piece {
                start: u64::from(n) * u64::from(period_bytes),
                addresses: [
                    block.source.wrapping_add(n * period_bytes),
                    block.destination.wrapping_add(n * period_bytes),
                ],
                bytes: period_bytes.into(),
            };
            let pieces: Vec<_> = (0..block.bytes / period_bytes).map(period).collect();
            let events = pieces.iter().map(|piece| piece.start + piece.bytes).collect();
            (pieces, events, gate)
        }
    }
}

impl Job {
    /// Do `bytes` bytes of the stream from `at` on lie at `address` on a side, in order?
    pub(crate) fn lies(&self, side: Side, at: u64, address: u64, bytes: u64) -> bool {
        let mut at = if self.endless { at % self.bytes } else { at };
        let (mut address, mut left) = (address, bytes);
        let mut index = self.pieces.partition_point(|piece| piece.start + piece.bytes <= at);
        while left > 0 {
            let Some(piece) = self.pieces.get(index) else { return false };
            let inside = at - piece.start;
            let here = left.min(piece.bytes - inside);
            let expected = match (side, self.ends[0]) {
                // A word again and again, from its first byte on in each piece.
                (Side::Source, End::Pattern(word)) => {
                    let lane = inside % u64::from(self.bus);
                    if lane + here > u64::from(self.bus) {
                        return false;
                    }
                    u64::from(word) + lane
                }
                _ => u64::from(piece.addresses[super::machine::index(side)]) + inside,
            };
            if expected != address {
                return false;
            }
            (at, address, left) = (at + here, address + here, left - here);
            index += 1;
        }
        true
    }

    /// The position of `at` in its piece.
    pub(crate) fn inside(&self, at: u64) -> u64 {
        let at = if self.endless { at % self.bytes } else { at };
        self.pieces.iter().rev().find(|piece| piece.start <= at).map_or(0, |piece| at - piece.start)
    }

    /// Bytes of the whole or of a lap.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}
