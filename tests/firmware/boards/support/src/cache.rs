//! Cache maintenance by address, as the processor's manual says, and counts of it.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aarch32_cpu::asm::dsb;
use aarch32_cpu::cache::{
    clean_and_invalidate_data_cache_line_to_poc, clean_data_cache_line_to_poc, invalidate_data_cache_line_to_poc,
};
use aarch32_cpu::register::Ctr;
use linkwright::dma::memory::{CacheOps, Lines};
use linkwright::sync::Lock;

/// Bytes of a line of a Cortex-A9's data cache (its manual, 7.1).
pub const LINE: u32 = 32;

/// Bytes of the processor's shortest data cache line, as it says itself.
pub fn line() -> u32 {
    4 << (Ctr::read().0 >> 16 & 0xf)
}

/// The processor's own data cache; the outer cache is off.
pub struct DataCache;

impl CacheOps for DataCache {
    fn clean(&self, lines: Lines) {
        // What the processor wrote is in the cache before it is cleaned.
        dsb();
        each_line(lines, clean_data_cache_line_to_poc);
    }
    fn discard(&self, lines: Lines) {
        each_line(lines, invalidate_data_cache_line_to_poc);
    }
    fn flush(&self, lines: Lines) {
        dsb();
        each_line(lines, clean_and_invalidate_data_cache_line_to_poc);
    }
    fn barrier(&self) {
        dsb();
    }
}

fn each_line(lines: Lines, operation: fn(u32)) {
    let from = lines.cpu.addr() as u32;
    for address in (from..from + lines.bytes).step_by(LINE as usize) {
        operation(address);
    }
    dsb();
}

/// What was done to which memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Written back.
    Clean,
    /// Dropped.
    Discard,
    /// Written back and dropped.
    Flush,
}

/// One maintenance: what, from which address on, how many bytes.
pub type Maintenance = (Kind, u32, u32);

/// [`DataCache`] that counts, because an emulator without caches cannot tell whether anybody maintains them.
pub struct Counted {
    lines: [AtomicU32; 3],
    recent: Lock<[Option<Maintenance>; RECENT]>,
}

/// How many of the last maintenances are remembered.
pub const RECENT: usize = 16;

impl Counted {
    /// Nothing done yet.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        Self { lines: [const { AtomicU32::new(0) }; 3], recent: Lock::new([None; RECENT]) }
    }

    fn count(&self, kind: Kind, lines: Lines) {
        self.lines[kind as usize].fetch_add(lines.bytes / LINE, Relaxed);
        self.recent.with(|recent| {
            recent.rotate_right(1);
            recent[0] = Some((kind, lines.cpu.addr() as u32, lines.bytes));
        });
    }

    /// Lines cleaned, discarded and flushed so far.
    pub fn lines(&self) -> [u32; 3] {
        [0, 1, 2].map(|kind: usize| self.lines[kind].load(Relaxed))
    }

    /// Forget which were the last.
    pub fn forget(&self) {
        self.recent.with(|recent| *recent = [None; RECENT]);
    }

    /// The last ones, the latest first.
    pub fn recent(&self) -> [Option<Maintenance>; RECENT] {
        self.recent.with(|recent| *recent)
    }
}

impl CacheOps for Counted {
    fn clean(&self, lines: Lines) {
        self.count(Kind::Clean, lines);
        DataCache.clean(lines);
    }
    fn discard(&self, lines: Lines) {
        self.count(Kind::Discard, lines);
        DataCache.discard(lines);
    }
    fn flush(&self, lines: Lines) {
        self.count(Kind::Flush, lines);
        DataCache.flush(lines);
    }
    fn barrier(&self) {
        DataCache.barrier();
    }
}
