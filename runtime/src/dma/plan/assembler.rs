use core::marker::PhantomData;

use super::PlanError;
use crate::microcode::{Isa, Op, Unencodable, When};

/// Stands for a number until it is known where its bytes are.
pub(super) const MARK: u32 = 0x8765_4321;

/// Writes a program and counts what it will execute. It counts on when the program no longer fits, so that the error
/// can say how much is needed.
pub(super) struct Assembler<'a, I> {
    out: &'a mut [u8],
    len: usize,
    isa: PhantomData<I>,
}

impl<'a, I: Isa> Assembler<'a, I> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0, isa: PhantomData }
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn op(&mut self, op: Op) -> Result<(), Unencodable> {
        let encoded = I::encode(op)?;
        let end = self.len + encoded.len();
        if let Some(place) = self.out.get_mut(self.len..end) {
            place.copy_from_slice(encoded.as_bytes());
        }
        self.len = end;
        Ok(())
    }

    /// Make a `value` of the [`MARK`] with which the last operation ends, little-endian. Without room for it nothing
    /// happens.
    pub(super) fn replace_mark(&mut self, value: u32) -> Result<(), PlanError> {
        let Some(place) = self.out.get_mut(self.len.saturating_sub(4)..self.len) else { return Ok(()) };
        if *place != MARK.to_le_bytes() {
            return Err(PlanError::Unpatchable);
        }
        place.copy_from_slice(&value.to_le_bytes());
        Ok(())
    }

    /// An operation with a 32-bit number in it; returns where the number's four bytes stand.
    pub(super) fn patchable(&mut self, op: impl Fn(u32) -> Op, value: u32) -> Result<usize, PlanError> {
        let marked = I::encode(op(MARK))?;
        let offset =
            marked.as_bytes().windows(4).position(|w| w == MARK.to_le_bytes()).ok_or(PlanError::Unpatchable)?;
        let at = self.len + offset;
        self.op(op(value))?;
        Ok(at)
    }

    /// Is there room for so many more bytes? If not they are counted as written.
    pub(super) fn reserve(&mut self, bytes: u32) -> bool {
        let end = self.len.saturating_add(bytes as usize);
        let fits = end <= self.out.len();
        if !fits {
            self.len = end;
        }
        fits
    }

    /// The end of a counted loop whose first instruction stands at `first`.
    pub(super) fn loop_end(&mut self, counter: u8, first: usize) -> Result<(), PlanError> {
        let jump = self.jump(first)?;
        Ok(self.op(Op::LoopEnd(counter, When::Always, jump))?)
    }

    /// Bytes back to `first`.
    pub(super) fn jump(&self, first: usize) -> Result<u8, PlanError> {
        match u8::try_from(self.len - first) {
            Ok(jump) if jump <= I::LIMITS.jump => Ok(jump),
            _ => Err(PlanError::JumpTooFar),
        }
    }

    /// The program's length.
    pub(super) fn finish(self) -> Result<u16, PlanError> {
        match u16::try_from(self.len) {
            Ok(len) if self.len <= self.out.len() => Ok(len),
            _ => Err(PlanError::TooLong { need: self.len as u32, have: self.out.len() as u32 }),
        }
    }
}
