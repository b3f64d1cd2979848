//! How the blocks of a prepared program and the buffers of a transfer go together.

use super::buffers::{Held, Role};
use super::memory::{Arena, RawBuf, View};
use super::plan::{Place, Program, Snapshot};
use super::{Position, StartError};
use crate::microcode::Side;

/// A program and which of its sides are buffers. All methods are atomic; the table of blocks is read from the program's
/// memory, which only the processor writes.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    program: Program,
    role: Role,
}

impl Blocks {
    pub(super) fn of(program: &Program, role: Role) -> Option<Self> {
        Some(Self { program: *program, role })
    }

    /// Bytes it moves.
    pub(super) fn bytes(&self) -> u32 {
        self.program.bytes
    }

    /// It never ends.
    pub(super) fn endless(&self) -> bool {
        self.program.endless
    }

    fn place(&self, memory: &View, index: u16) -> Option<Place> {
        self.program.place(index, |at| memory.word(at.into()))
    }

    /// Each buffer of each block: the block's number and place, the side, and the buffer.
    fn each<'h, E>(
        &self,
        memory: &View,
        held: &'h Held,
        mut f: impl FnMut(u16, &Place, Side, &'h RawBuf) -> Result<(), E>,
    ) -> Result<(), E> {
        for index in 0..self.program.blocks {
            let Some(place) = self.place(memory, index) else { continue };
            let sides = held.sides(index.into(), self.role);
            for (side, buffer) in [Side::Source, Side::Destination].into_iter().zip(sides) {
                if let Some(buffer) = buffer {
                    f(index, &place, side, buffer)?;
                }
            }
        }
        Ok(())
    }

    fn each_buffer(&self, memory: &View, held: &Held, mut f: impl FnMut(&Place, Side, &RawBuf)) {
        let done: Result<(), core::convert::Infallible> = self.each(memory, held, |_, place, side, buffer| {
            f(place, side, buffer);
            Ok(())
        });
        let Ok(()) = done;
    }

    /// Do these buffers fit the program?
    pub(super) fn check(&self, memory: &View, held: &Held, arena: &Arena) -> Result<(), StartError> {
        let (need, have) = (usize::from(self.program.blocks), held.len());
        if need != have {
            return Err(StartError::Segments { need, have });
        }
        self.each(memory, held, |segment, place, side, buffer| {
            if !buffer.arena().same_bus(arena) {
                return Err(StartError::OtherMemory);
            }
            let (need, have) = (self.program.reach(side, place), buffer.len());
            if have < need {
                return Err(StartError::TooShort { segment, side, need, have });
            }
            let lead = self.program.lead(side, place);
            if !place.fits(side, buffer.bus().wrapping_add(lead)) {
                let modulus = place.alignment.max(1);
                let low = match side {
                    Side::Source => place.source_low,
                    Side::Destination => place.destination_low,
                };
                let low = low.wrapping_sub(lead as u8);
                let (planned, found) = (low & (modulus - 1), buffer.bus() as u8 & (modulus - 1));
                return Err(StartError::Alignment { segment, side, planned, found, modulus });
            }
            Ok(())
        })
    }

    /// Make all buffers ready for the device, point the program at them and make the change visible; returns how many
    /// bytes of the program changed.
    pub(super) fn hand_over(&self, memory: &View, held: &Held) -> u16 {
        let mut changed = 0_u32;
        let (mut first, mut end) = (u32::MAX, 0);
        self.each_buffer(memory, held, |place, side, buffer| {
            let reach = self.program.reach(side, place);
            match side {
                Side::Source => buffer.before_device_reads(reach),
                // Between the rows lies what the processor may have written.
                Side::Destination if reach > place.bytes => buffer.before_device_writes_among(reach),
                Side::Destination => buffer.before_device_writes(reach),
            }
            let Some(at) = place.at(side).map(u32::from) else { return };
            // What the program begins with, which is not the lowest address if its rows go down.
            let begin = buffer.bus().wrapping_add(self.program.lead(side, place));
            let differ = memory.word(at) ^ begin;
            if differ != 0 {
                changed += differ.to_le_bytes().into_iter().map(|byte| u32::from(byte != 0)).sum::<u32>();
                memory.set_word(at, begin);
                (first, end) = (first.min(at), end.max(at + 4));
            }
        });
        if changed > 0 {
            memory.clean(first, end - first);
        }
        changed as u16
    }

    /// Make what the device has written visible.
    pub(super) fn take_back(&self, memory: &View, held: &Held) {
        if self.role == Role::Source {
            return;
        }
        self.each_buffer(memory, held, |place, side, buffer| {
            if side == Side::Destination {
                buffer.after_device_wrote(self.program.reach(side, place));
            }
        });
    }

    /// Bytes that have surely arrived when the thread stands there, with so many stores on their way.
    pub(super) fn moved(&self, memory: &View, position: &Position, queued: u8) -> u32 {
        let pc = position.pc.wrapping_sub(memory.bus());
        let Position { source, destination, .. } = *position;
        self.program.done(|at| memory.word(at.into()), Snapshot { pc, source, destination, queued })
    }

    /// Has a thread that stands there, and runs, set this program's addresses?
    pub(super) fn has_begun(&self, memory: &View, position: &Position) -> bool {
        self.program.has_begun(|at| memory.word(at.into()), position.pc.wrapping_sub(memory.bus()))
    }

    /// The same as [`moved`](Self::moved) of a thread that has executed its whole program and stopped, so that its program counter says nothing.
    pub(super) fn moved_at_end(&self, memory: &View, position: &Position) -> u32 {
        let pc = memory.bus().wrapping_add(self.program.len.into());
        self.moved(memory, &Position { pc, ..*position }, 0)
    }
}
