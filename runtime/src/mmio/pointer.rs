#![allow(unsafe_code, reason = "the one place that touches device memory")]

use super::{Bus, Word};

/// A hardware block of `SIZE` bytes at a fixed address, accessed with volatile loads and stores of exactly the
/// register's width.
///
/// No Rust reference to device memory is ever formed. An access outside the block, or not aligned to its width, does
/// not happen: it reads as zero and its write is dropped. For a constant offset the check costs nothing.
#[derive(Debug)]
pub struct Mmio<const SIZE: u32> {
    base: *mut u8,
}

impl<const SIZE: u32> Mmio<SIZE> {
    /// The block whose first register is at `base`.
    ///
    /// # Safety
    /// * `SIZE` bytes from `base` on are mapped as device memory for as long as the value lives, and `base` is aligned
    ///   to the widest register.
    /// * Nothing else in the program accesses them meanwhile.
    /// * If the block masters the bus (a DMA controller), it is driven only by a Linkwright engine through the block's
    ///   generated type, with nothing between them that changes an access. That engine is given only memory that was
    ///   declared for this very bus, and a power core that keeps the block running while it is counted.
    pub const unsafe fn new(base: usize) -> Self {
        Self { base: core::ptr::with_exposed_provenance_mut(base) }
    }

    #[inline(always)]
    const fn contains<W>(offset: u32) -> bool {
        let width = size_of::<W>() as u32;
        SIZE >= width && offset <= SIZE - width && offset.is_multiple_of(width)
    }
}

// SAFETY: device memory belongs to no thread, and `new` demands that nothing else uses the block.
unsafe impl<const SIZE: u32> Send for Mmio<SIZE> {}
// SAFETY: single loads and stores of device registers do not race in Rust's sense; the drivers above serialise.
unsafe impl<const SIZE: u32> Sync for Mmio<SIZE> {}

impl<W: Word, const SIZE: u32> Bus<W> for Mmio<SIZE> {
    #[inline(always)]
    fn load(&self, offset: u32) -> W {
        if !Self::contains::<W>(offset) {
            return W::truncate(0);
        }
        // SAFETY: inside the block and aligned, by the check above and the contract of `new`.
        unsafe { self.base.wrapping_add(offset as usize).cast::<W>().read_volatile() }
    }

    #[inline(always)]
    fn store(&self, offset: u32, value: W) {
        if !Self::contains::<W>(offset) {
            return;
        }
        // SAFETY: as for `load`.
        unsafe { self.base.wrapping_add(offset as usize).cast::<W>().write_volatile(value) }
    }
}
