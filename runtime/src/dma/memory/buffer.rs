#![allow(unsafe_code, reason = "owns memory as raw parts, so that no reference exists while a device uses it")]

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use super::Arena;
use super::upkeep::Lines;
use super::view::View;
use crate::mmio::Word;

/// Whole lines of an arena, owned. Dropping is atomic.
pub(super) struct Region {
    arena: &'static Arena,
    at: u32,
    bytes: u32,
}

impl Region {
    /// # Safety
    /// The piece is off the arena's free list and belongs to the new region alone.
    pub(super) unsafe fn new(arena: &'static Arena, at: u32, bytes: u32) -> Self {
        Self { arena, at, bytes }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the region is owned, and the engine drops none that a device may still use.
        unsafe { self.arena.give_back(self.at, self.bytes) };
    }
}

/// A region and a window in it, without the type of its words.
pub(crate) struct RawBuf {
    region: Region,
    start: u32,
    bytes: u32,
}

impl RawBuf {
    /// The window is the first `bytes` bytes.
    pub(super) fn new(region: Region, bytes: u32) -> Self {
        Self { region, start: 0, bytes }
    }

    pub(crate) fn arena(&self) -> &'static Arena {
        self.region.arena
    }

    /// Bus address of the window.
    pub(crate) fn bus(&self) -> u32 {
        self.region.arena.bus(self.region.at + self.start)
    }

    /// Length of the window.
    pub(crate) fn len(&self) -> u32 {
        self.bytes
    }

    fn cpu(&self) -> *mut u8 {
        self.region.arena.cpu(self.region.at + self.start)
    }

    /// `from..to` of the window, in bytes from the region's start.
    fn lines(&self, from: u32, to: u32) -> Lines {
        let at = self.region.at + from;
        Lines { cpu: self.region.arena.cpu(at), bus: self.region.arena.bus(at), bytes: to - from }
    }

    /// The end of the line that `end` (in bytes from the region's start) lies in or ends.
    fn line_end(&self, end: u32) -> u32 {
        // No division: not every processor has one, and it would have to look for a zero.
        let rest = self.region.arena.line() - 1;
        ((end + rest) & !rest).min(self.region.bytes)
    }

    /// The first `bytes` bytes of the window, widened to whole lines; never beyond the region.
    fn cover(&self, bytes: u32) -> (u32, u32) {
        let line = self.region.arena.line();
        let end = self.start + bytes.min(self.bytes);
        (self.start & !(line - 1), self.line_end(end))
    }

    /// Before a device reads the first `bytes` bytes of the window. Atomic.
    pub(crate) fn before_device_reads(&self, bytes: u32) {
        let (from, to) = self.cover(bytes);
        // SAFETY: the region is this buffer's, and arena memory is initialised.
        unsafe { self.region.arena.upkeep().clean(self.lines(from, to)) };
    }

    /// Before a device writes the first `bytes` bytes of the window. Atomic.
    ///
    /// Dirty lines could be evicted over the device's data, so they must go; those that the window covers only partly
    /// hold bytes that must survive.
    pub(crate) fn before_device_writes(&self, bytes: u32) {
        let line = self.region.arena.line();
        let upkeep = self.region.arena.upkeep();
        let (mut from, mut to) = self.cover(bytes);
        let end = self.start + bytes.min(self.bytes);
        if from < self.start {
            let edge = (from + line).min(to);
            // SAFETY: as in `before_device_reads`.
            unsafe { upkeep.flush(self.lines(from, edge)) };
            from = edge;
        }
        if end < to && from < to {
            let edge = to - line;
            // SAFETY: as in `before_device_reads`.
            unsafe { upkeep.flush(self.lines(edge, to)) };
            to = edge;
        }
        if from < to {
            upkeep.discard(self.lines(from, to));
        }
    }

    /// Before a device writes some of the first `bytes` bytes of the window and leaves the others. Atomic.
    pub(crate) fn before_device_writes_among(&self, bytes: u32) {
        let (from, to) = self.cover(bytes);
        // SAFETY: as in `before_device_reads`.
        unsafe { self.region.arena.upkeep().flush(self.lines(from, to)) };
    }

    /// After a device wrote the first `bytes` bytes of the window and is done. Atomic.
    pub(crate) fn after_device_wrote(&self, bytes: u32) {
        let (from, to) = self.cover(bytes);
        // SAFETY: the region is this buffer's, no reference to it exists, and the device is done.
        unsafe { self.region.arena.upkeep().refresh(self.lines(from, to)) };
    }

    /// The window, for whom no device uses it.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: initialised and owned; the caller's promise is that no device uses it now.
        unsafe { core::slice::from_raw_parts_mut(self.cpu(), self.bytes as usize) }
    }

    /// Make all of the window visible to a device. Atomic.
    pub(crate) fn publish(&self) {
        self.before_device_reads(self.bytes);
    }

    /// Where it lies.
    ///
    /// # Safety
    /// Wherever the view is used, this buffer exists, no reference to its memory does, and no byte is written by one
    /// thread while another reads or writes it. The device writes no line that is cleaned; the processor has left none
    /// dirty that is refreshed.
    pub(crate) unsafe fn view(&self) -> View {
        View {
            upkeep: self.region.arena.upkeep(),
            lines: self.lines(0, self.region.bytes),
            line: self.region.arena.line(),
            start: self.start,
            bytes: self.bytes,
        }
    }
}

// SAFETY: an owned piece of memory, as a box is.
unsafe impl Send for RawBuf {}

impl core::fmt::Debug for RawBuf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#010x}+{:#x}", self.bus(), self.bytes)
    }
}

/// A window that does not lie in its buffer, or is empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowError {
    /// First word asked for.
    pub start: usize,
    /// Words asked for.
    pub len: usize,
    /// Words there are.
    pub capacity: usize,
}

impl core::fmt::Display for WindowError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "window of {} words from {} does not lie in a buffer of {}: choose at least one word inside",
            self.len, self.start, self.capacity
        )
    }
}

impl core::error::Error for WindowError {}

/// An owned buffer of `W`s that a DMA controller reaches, with a window: what a transfer uses and what it derefs to.
///
/// Giving it to a transfer moves it, so nobody can touch it meanwhile; the transfer gives it back. Dropping is atomic.
pub struct DmaBuf<W: Word> {
    raw: RawBuf,
    word: PhantomData<W>,
}

impl<W: Word> DmaBuf<W> {
    /// # Safety
    /// The window of `raw` is aligned to `W` and a whole number of `W`s.
    pub(crate) unsafe fn from_raw(raw: RawBuf) -> Self {
        Self { raw, word: PhantomData }
    }

    pub(crate) fn into_raw(self) -> RawBuf {
        self.raw
    }

    pub(crate) fn raw(&self) -> &RawBuf {
        &self.raw
    }

    /// The controller's address of the window.
    pub fn bus_address(&self) -> u32 {
        self.raw.bus()
    }

    /// Words in the whole buffer; at least as many as were asked for, in whole cache lines.
    pub fn capacity(&self) -> usize {
        self.raw.region.bytes as usize / size_of::<W>()
    }

    /// Use `len` words from word `start` of the buffer on; both count from the buffer's beginning, whatever the window
    /// was before. Any context.
    ///
    /// # Errors
    /// When the window is empty or not inside; the old one stays.
    pub fn set_window(&mut self, start: usize, len: usize) -> Result<(), WindowError> {
        let capacity = self.capacity();
        if len == 0 || start.checked_add(len).is_none_or(|end| end > capacity) {
            return Err(WindowError { start, len, capacity });
        }
        // Both are within the region, whose size is a u32.
        self.raw.start = (start * size_of::<W>()) as u32;
        self.raw.bytes = (len * size_of::<W>()) as u32;
        Ok(())
    }

    /// Use the whole buffer.
    pub fn reset_window(&mut self) {
        self.raw.start = 0;
        self.raw.bytes = (self.capacity() * size_of::<W>()) as u32;
    }

    /// The same memory as words of another width.
    ///
    /// # Errors
    /// The buffer itself, when its window is not aligned to `V` or not a whole number of `V`s.
    pub fn cast<V: Word>(self) -> Result<DmaBuf<V>, Self> {
        let width = size_of::<V>() as u32;
        if self.raw.start.is_multiple_of(width) && self.raw.bytes.is_multiple_of(width) {
            Ok(DmaBuf { raw: self.raw, word: PhantomData })
        } else {
            Err(self)
        }
    }
}

impl<W: Word> Deref for DmaBuf<W> {
    type Target = [W];

    fn deref(&self) -> &[W] {
        let len = self.raw.bytes as usize / size_of::<W>();
        // SAFETY: initialised, aligned (the region to 8 bytes, the window to `W`), and owned: no device uses memory
        // whose buffer is in the program's hands.
        unsafe { core::slice::from_raw_parts(self.raw.cpu().cast(), len) }
    }
}

impl<W: Word> DerefMut for DmaBuf<W> {
    fn deref_mut(&mut self) -> &mut [W] {
        let len = self.raw.bytes as usize / size_of::<W>();
        // SAFETY: as in `deref`, and borrowed mutably.
        unsafe { core::slice::from_raw_parts_mut(self.raw.cpu().cast(), len) }
    }
}

impl<W: Word> core::fmt::Debug for DmaBuf<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DmaBuf({:?})", self.raw)
    }
}
