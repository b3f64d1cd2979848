//! What a shape does to memory, said again without a planner: a list of bytes in the order in which they are moved.

use linkwright::dma::plan::{Block, End, Work};

use super::Rig;

/// Bytes around everything that a program writes, which must keep theirs.
const GUARD: u32 = 80;

/// Memory that a program may touch, as it should become.
pub struct Model {
    /// Bytes in order: where to, and what.
    moves: Vec<(u32, u8)>,
    /// First byte that is watched.
    low: u32,
    /// What was there before.
    before: Vec<u8>,
}

impl Model {
    /// Of a transfer; one lap of an endless one.
    pub(super) fn of(source: End, destination: End, work: &Work<'_>, rig: &Rig) -> Self {
        let mut moves = Vec::new();
        let mut block = |block: &Block| {
            moves.extend((0..block.bytes).map(|i| {
                let to = match destination {
                    End::Port(port) => port.address + i % u32::from(port.beat),
                    _ => block.destination + i,
                };
                (to, Self::byte(source, block.source, i, rig))
            }));
        };
        match *work {
            Work::Blocks { blocks, .. } => blocks.iter().for_each(block),
            Work::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch } => {
                for row in 0..rows {
                    let at = |first: u32, pitch: i32| first.wrapping_add_signed(row as i32 * pitch);
                    let (source, destination) = (at(source, source_pitch), at(destination, destination_pitch));
                    block(&Block { source, destination, bytes: row_bytes });
                }
            }
            Work::Cyclic { block: lap, .. } => block(&lap),
        }
        let (low, high) = moves.iter().fold((u32::MAX, 0), |(low, high), (at, _)| (low.min(*at), high.max(*at)));
        let low = low - GUARD;
        let before = (low..=high + GUARD).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
        Self { moves, low, before }
    }

    /// Byte `i` of what a block reads.
    fn byte(source: End, from: u32, i: u32, rig: &Rig) -> u8 {
        let content = |at: u32| rig.contents[(at - rig.source) as usize];
        match source {
            End::Memory => content(from + i),
            End::Zero => 0,
            // Both words were set to the first bytes of the source.
            End::Pattern(_) => content(rig.source + i % u32::from(rig.capabilities.bus_bytes)),
            End::Port(port) => content(rig.source + i % u32::from(port.beat)),
        }
    }

    /// Bytes that are moved.
    pub(super) fn bytes(&self) -> u32 {
        self.moves.len() as u32
    }

    /// Put memory into its first state.
    pub(super) fn prepare(&self, rig: &Rig) {
        rig.machine.write(rig.pattern, &rig.contents[..16]);
        rig.machine.write(rig.port, &rig.contents[..16]);
        rig.machine.write(self.low, &self.before);
    }

    /// Memory as it should be after the first `done` bytes and after none of the others, and the place where it is not.
    pub(super) fn differs(&self, rig: &Rig, done: u32) -> Option<String> {
        let mut wanted = self.before.clone();
        for (at, byte) in self.moves.iter().take(done as usize) {
            wanted[(at - self.low) as usize] = *byte;
        }
        let mut found = vec![0; wanted.len()];
        rig.machine.read(self.low, &mut found);
        let at = wanted.iter().zip(&found).position(|(wanted, found)| wanted != found)?;
        let wrong = wanted.iter().zip(&found).filter(|(wanted, found)| wanted != found).count();
        Some(format!(
            "{wrong} bytes are wrong, the first at {:#x}: {:#04x}, expected {:#04x} (it was {:#04x}); {done} of {} bytes moved",
            self.low + at as u32,
            found[at],
            wanted[at],
            self.before[at],
            self.bytes()
        ))
    }
}
