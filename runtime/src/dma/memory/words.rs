#![allow(unsafe_code, reason = "reads and writes memory that a device uses at the same time")]

use super::RawBuf;
use super::view::View;
use crate::mmio::Word;

/// What a ring does with a buffer that goes on being used. Offsets and lengths are those of whole words of the type that
/// the buffer was made of.
impl View {
    /// Words of `W` in the window from `at` on, and where they are. None if they would not be aligned.
    fn words<W: Word>(&self, at: u32) -> (usize, *mut W) {
        let first = self.cpu(at.min(self.bytes)).cast::<W>();
        let count = if first.is_aligned() { self.bytes.saturating_sub(at) as usize / size_of::<W>() } else { 0 };
        (count, first)
    }

    /// Copy from `at` on, each word by one access.
    pub(crate) fn read_words<W: Word>(&self, at: u32, out: &mut [W]) {
        let (count, first) = self.words::<W>(at);
        for (i, word) in out.iter_mut().take(count).enumerate() {
            // SAFETY: inside the window, which exists by the promise of `view`, and aligned.
            *word = unsafe { first.wrapping_add(i).read_volatile() };
        }
    }

    /// Copy to `at` on, each word by one access; what does not fit is dropped.
    pub(crate) fn write_words<W: Word>(&self, at: u32, words: &[W]) {
        let (count, first) = self.words::<W>(at);
        for (i, word) in words.iter().take(count).enumerate() {
            // SAFETY: inside the window, which exists by the promise of `view`, and aligned.
            unsafe { first.wrapping_add(i).write_volatile(*word) };
        }
    }

    /// The device writes `at..at + bytes` next, of which the processor has left no line dirty. Atomic.
    pub(crate) fn hand_back(&self, at: u32, bytes: u32) {
        let lines = self.cover(at, bytes);
        if lines.bytes > 0 {
            self.upkeep.discard(lines);
        }
    }

    /// A part of the window as ordinary memory; empty if it would not be aligned.
    ///
    /// # Safety
    /// While the slice lives, the device stays out of it, and nothing else refers to it.
    pub(crate) unsafe fn slice<'a, W: Word>(&self, at: u32, bytes: u32) -> &'a mut [W] {
        let (most, first) = self.words::<W>(at);
        let count = most.min(bytes as usize / size_of::<W>());
        if count == 0 {
            return &mut [];
        }
        // SAFETY: inside the window, which exists by the promise of `view`, initialised and aligned; the rest is the
        // caller's promise.
        unsafe { core::slice::from_raw_parts_mut(first, count) }
    }
}

impl RawBuf {
    /// Cache line that a window cut into pieces of `bytes` splits, in bytes; `None` if it splits none.
    pub(crate) fn split_line(&self, bytes: u32) -> Option<u32> {
        let line = self.arena().line();
        ((self.bus() | bytes) & line.wrapping_sub(1) != 0).then_some(line)
    }
}
