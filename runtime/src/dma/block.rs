//! How the one block of a prepared program and the buffers of a transfer go together: in the place of `blocks` where
//! nothing but blocks is copied.

use super::buffers::{Held, Role};
use super::memory::{Arena, RawBuf, View};
use super::plan::{Program, Stretch};
use super::{Position, StartError};
use crate::microcode::Side;

/// What a transfer asks of its program. All methods are atomic.
///
/// There is no table behind the program: its addresses stay what they are modulo the alignment, so they say themselves
/// what it was planned for.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    /// Where the addresses stand, the source's first.
    at: [u8; 2],
    alignment: u8,
    bytes: u32,
    stretch: Stretch,
}

impl Blocks {
    pub(super) fn of(program: &Program, _: Role) -> Option<Self> {
        let Program { alignment, bytes, .. } = *program;
        let (at, stretch) = program.copies()?;
        Some(Self { at, alignment, bytes, stretch })
    }

    pub(super) fn bytes(&self) -> u32 {
        self.bytes
    }

    pub(super) fn endless(&self) -> bool {
        false
    }

    fn at(&self, side: Side) -> u32 {
        self.at[side as usize].into()
    }

    /// Do these buffers fit the program?
    pub(super) fn check(&self, memory: &View, held: &Held, arena: &Arena) -> Result<(), StartError> {
        let Held::Pair(source, destination) = held else { return Err(StartError::Segments { need: 1, have: 0 }) };
        self.check_side(memory, Side::Source, source, arena)?;
        self.check_side(memory, Side::Destination, destination, arena)
    }

    /// Never inlined, as all that is done for each side: it would stand there twice.
    #[inline(never)]
    fn check_side(&self, memory: &View, side: Side, buffer: &RawBuf, arena: &Arena) -> Result<(), StartError> {
        if !buffer.arena().same_bus(arena) {
            return Err(StartError::OtherMemory);
        }
        let (need, have) = (self.bytes, buffer.len());
        if have < need {
            return Err(StartError::TooShort { segment: 0, side, need, have });
        }
        let (modulus, planned, found) = (self.alignment, memory.word(self.at(side)) as u8, buffer.bus() as u8);
        let below = modulus.saturating_sub(1);
        if (planned ^ found) & below != 0 {
            let (planned, found) = (planned & below, found & below);
            return Err(StartError::Alignment { segment: 0, side, planned, found, modulus });
        }
        Ok(())
    }

    /// Make both buffers ready for the device, point the program at them and make the change visible; returns how many
    /// bytes of the program changed.
    pub(super) fn hand_over(&self, memory: &View, held: &Held) -> u16 {
        let Held::Pair(source, destination) = held else { return 0 };
        source.before_device_reads(self.bytes);
        destination.before_device_writes(self.bytes);
        let changed = self.point(memory, Side::Source, source) + self.point(memory, Side::Destination, destination);
        if changed > 0 {
            let first = self.at(Side::Source);
            memory.clean(first, self.at(Side::Destination) + 4 - first);
        }
        changed as u16
    }

    /// Write a buffer's address into the program; returns how many bytes of it changed.
    #[inline(never)]
    fn point(&self, memory: &View, side: Side, buffer: &RawBuf) -> u32 {
        let (at, bus) = (self.at(side), buffer.bus());
        let differ = memory.word(at) ^ bus;
        memory.set_word(at, bus);
        differ.to_le_bytes().into_iter().map(|byte| u32::from(byte != 0)).sum()
    }

    /// Make what the device has written visible.
    pub(super) fn take_back(&self, _: &View, held: &Held) {
        if let Held::Pair(_, destination) = held {
            destination.after_device_wrote(self.bytes);
        }
    }

    /// Bytes that have surely arrived when the thread stands there, with so many stores on their way.
    pub(super) fn moved(&self, memory: &View, position: &Position, queued: u8) -> u32 {
        let pc = position.pc.wrapping_sub(memory.bus());
        if pc > self.stretch.len.into() || pc < self.stretch.ready.into() {
            return 0;
        }
        if pc >= self.stretch.signal.into() {
            return self.bytes;
        }
        let distance = position.destination.wrapping_sub(memory.word(self.at(Side::Destination)));
        // Else the register is not this program's yet.
        let moved = if distance <= self.bytes { distance } else { 0 };
        moved.saturating_sub(u32::from(self.stretch.burst) * u32::from(queued))
    }

    /// Has a thread that stands there, and runs, set this program's addresses?
    pub(super) fn has_begun(&self, memory: &View, position: &Position) -> bool {
        let pc = position.pc.wrapping_sub(memory.bus());
        (self.stretch.ready.into()..=self.stretch.len.into()).contains(&pc)
    }

    pub(super) fn moved_at_end(&self, _: &View, _: &Position) -> u32 {
        self.bytes
    }
}
