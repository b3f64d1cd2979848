use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use linkwright::dma::memory::Mirror;

use crate::memory::SimMemory;
use crate::violation::Violation;

/// The processor's cache over a board's memory, at its worst: nothing reaches memory that was not cleaned, every line
/// is refilled before the device has written it, and every dirty line would be evicted after.
///
/// Give it to [`Arena::mirrored`](linkwright::dma::memory::Arena::mirrored). What the engine forgets to clean the
/// device does not see; what it forgets to invalidate afterwards the processor sees as it was. A device that reads or
/// writes a line which was not handed over to it (cleaned or discarded) since the processor last got it back is a
/// [violation](Violation::NotHandedOver), whatever the data.
#[derive(Debug)]
pub struct Cache {
    memory: Arc<SimMemory>,
    line: u32,
    watched: Mutex<Range<u32>>,
    cleaned: AtomicU64,
    changed: AtomicU64,
}

impl Cache {
    /// A cache with lines of `line` bytes, a power of two and at least 16.
    ///
    /// # Panics
    /// When the line is none of those.
    pub fn new(memory: Arc<SimMemory>, line: u32) -> Self {
        assert!(line.is_power_of_two() && line >= 16, "no cache has lines of {line} bytes");
        Self { memory, line, watched: Mutex::new(0..0), cleaned: AtomicU64::new(0), changed: AtomicU64::new(0) }
    }

    /// With `range` of memory in it: from now on the processor owns these lines until it hands them over.
    ///
    /// # Panics
    /// When `range` is not whole lines of memory.
    #[must_use]
    pub fn covering(self, range: Range<u32>) -> Self {
        let line = self.line;
        assert!(range.start.is_multiple_of(line) && range.end.is_multiple_of(line), "range {range:#x?} splits a line");
        let tracked = self.memory.lock().track(range.start, range.len());
        tracked.unwrap_or_else(|e| panic!("{e}"));
        self
    }

    /// Count what is cleaned within `range` from now on.
    pub fn watch(&self, range: Range<u32>) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = range;
        self.cleaned.store(0, Ordering::Relaxed);
        self.changed.store(0, Ordering::Relaxed);
    }

    /// Bytes of the watched range that were written to memory, in whole lines.
    pub fn cleaned(&self) -> u64 {
        self.cleaned.load(Ordering::Relaxed)
    }

    /// Bytes among them that were not the same already.
    pub fn changed(&self) -> u64 {
        self.changed.load(Ordering::Relaxed)
    }

    fn whole_lines(&self, address: u32, bytes: u32) {
        if !address.is_multiple_of(self.line) || !bytes.is_multiple_of(self.line) {
            self.memory.violations().report(Violation::PartialLine { address, bytes });
        }
    }

    fn unmapped(&self, address: u32) {
        self.memory.violations().report(Violation::Unmapped { address });
    }
}

impl Mirror for Cache {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        self.whole_lines(bus, bytes.len() as u32);
        let mut space = self.memory.lock();
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if watched.start <= bus && bus < watched.end {
            let mut changed = 0;
            for (i, chunk) in bytes.chunks(64).enumerate() {
                let mut old = [0; 64];
                let old = &mut old[..chunk.len()];
                if space.peek(bus.wrapping_add(i as u32 * 64), old).is_ok() {
                    changed += old.iter().zip(chunk).filter(|(a, b)| a != b).count() as u64;
                }
            }
            self.cleaned.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            self.changed.fetch_add(changed, Ordering::Relaxed);
        }
        let written = space.poke(bus, bytes).and_then(|()| space.hand_over(bus, bytes.len(), true));
        drop(space);
        if let Err(error) = written {
            self.unmapped(error.address);
        }
    }

    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        self.whole_lines(bus, bytes.len() as u32);
        let mut space = self.memory.lock();
        let read = space.peek(bus, bytes).and_then(|()| space.hand_over(bus, bytes.len(), false));
        drop(space);
        if let Err(error) = read {
            self.unmapped(error.address);
        }
    }

    fn peek(&self, bus: u32, out: &mut [u8]) {
        let read = self.memory.lock().peek(bus, out);
        if let Err(error) = read {
            self.unmapped(error.address);
        }
    }

    fn discard(&self, bus: u32, bytes: u32) {
        self.whole_lines(bus, bytes);
        let handed = self.memory.lock().hand_over(bus, bytes as usize, true);
        if let Err(error) = handed {
            self.unmapped(error.address);
        }
    }
}
