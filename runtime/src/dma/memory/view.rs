#![allow(unsafe_code, reason = "reads and writes memory that a device uses at the same time")]

use super::upkeep::{Lines, Upkeep};

/// Where a buffer's window lies, for who reads or writes it while a device does.
///
/// It owns nothing; [`RawBuf::view`](super::RawBuf::view) says what whoever makes one promises. No reference to the
/// memory is ever made: single bytes are read and written volatile, and which of them are old or new is the caller's to
/// judge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(super) upkeep: Upkeep,
    /// The region.
    pub(super) lines: Lines,
    pub(super) line: u32,
    /// The window in it.
    pub(super) start: u32,
    pub(super) bytes: u32,
}

impl View {
    /// Bus address of the window.
    pub(crate) fn bus(&self) -> u32 {
        self.lines.bus.wrapping_add(self.start)
    }

    pub(super) fn cpu(&self, at: u32) -> *mut u8 {
        self.lines.cpu.wrapping_add(self.start as usize).wrapping_add(at as usize)
    }

    /// Copy from `at` of the window on; returns how many bytes there were.
    pub(crate) fn read(&self, at: u32, out: &mut [u8]) -> usize {
        let count = out.len().min(self.bytes.saturating_sub(at) as usize);
        let from = self.cpu(at);
        for (i, byte) in out.iter_mut().take(count).enumerate() {
            // SAFETY: inside the window, which exists by the promise of `view`.
            *byte = unsafe { from.wrapping_add(i).read_volatile() };
        }
        count
    }

    /// The four bytes at `at`, little-endian; 0 beyond the window. For memory that a device only reads.
    pub(crate) fn word(&self, at: u32) -> u32 {
        if at.checked_add(4).is_none_or(|end| end > self.bytes) {
            return 0;
        }
        // SAFETY: inside the window, which exists; four bytes have no alignment.
        u32::from_le_bytes(unsafe { self.cpu(at).cast::<[u8; 4]>().read() })
    }

    /// Set the four bytes at `at`, little-endian; nothing beyond the window. For memory that a device only reads.
    pub(crate) fn set_word(&self, at: u32, word: u32) {
        if at.checked_add(4).is_some_and(|end| end <= self.bytes) {
            // SAFETY: as in `word`; the promise of `view` is that nobody else uses these bytes now.
            unsafe { self.cpu(at).cast::<[u8; 4]>().write(word.to_le_bytes()) };
        }
    }

    /// What the device sees at `at`; returns how many bytes there were. For memory that only the processor writes and
    /// that was cleaned.
    pub(crate) fn peek(&self, at: u32, out: &mut [u8]) -> usize {
        let count = out.len().min(self.bytes.saturating_sub(at) as usize);
        let (out, _) = out.split_at_mut(count);
        let place = Lines { cpu: self.cpu(at), bus: self.bus().wrapping_add(at), bytes: count as u32 };
        // SAFETY: inside the window, which exists; nothing in it is unpublished.
        unsafe { self.upkeep.peek(self.cover(at, count as u32), place, out) };
        count
    }

    /// Make what was written at `at..at + bytes` visible to the device. Atomic.
    pub(crate) fn clean(&self, at: u32, bytes: u32) {
        let lines = self.cover(at, bytes);
        if lines.bytes > 0 {
            // SAFETY: initialised memory that exists, by the promise of `view`.
            unsafe { self.upkeep.clean(lines) };
        }
    }

    /// Make what the device has written at `at..at + bytes` visible to the processor. Atomic.
    pub(crate) fn refresh(&self, at: u32, bytes: u32) {
        let lines = self.cover(at, bytes);
        if lines.bytes > 0 {
            // SAFETY: as in `clean`.
            unsafe { self.upkeep.refresh(lines) };
        }
    }

    /// Whole lines around a part of the window; never beyond the region.
    pub(super) fn cover(&self, at: u32, bytes: u32) -> Lines {
        let mask = self.line - 1;
        let from = self.start + at.min(self.bytes);
        let to = self.start + at.saturating_add(bytes).min(self.bytes);
        let (from, to) = (from & !mask, ((to + mask) & !mask).min(self.lines.bytes));
        Lines {
            cpu: self.lines.cpu.wrapping_add(from as usize),
            bus: self.lines.bus.wrapping_add(from),
            bytes: to.saturating_sub(from),
        }
    }
}
