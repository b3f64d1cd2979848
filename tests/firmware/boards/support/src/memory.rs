//! Pools of memory that controllers reach, from statics of the program.
#![allow(unsafe_code, reason = "start-up: symbols of the linker; hands a static to a pool, once")]

use core::cell::UnsafeCell;
use core::ops::Range;
use core::ptr::NonNull;

use linkwright::dma::memory::{Arena, CacheOps};

use crate::cache::LINE;

unsafe extern "C" {
    /// Where the program begins, and where what `memory.x` gives it ends.
    static __svector: u8;
    static _next_region: u8;
}

/// The memory of `memory.x` that the program is in.
pub fn ram() -> Range<u32> {
    let address = |symbol: *const u8| symbol.addr() as u32;
    address(&raw const __svector)..address(&raw const _next_region)
}

/// `BYTES` bytes of the program, in lines of their own, for one [`Pool`]. Keep it in a `static`, where it costs nothing in
/// the image.
#[repr(C, align(64))]
pub struct Storage<const BYTES: usize>(UnsafeCell<[u8; BYTES]>);

// SAFETY: only its address is used, by the pool that it is lent to.
unsafe impl<const BYTES: usize> Sync for Storage<BYTES> {}

impl<const BYTES: usize> Storage<BYTES> {
    /// Zeros.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        const { assert!(BYTES.is_multiple_of(64), "a pool is whole cache lines") };
        Self(UnsafeCell::new([0; BYTES]))
    }
}

/// A pool of DMA memory. Keep it in a `static`.
pub struct Pool<const BYTES: usize>(Arena);

impl<const BYTES: usize> Pool<BYTES> {
    /// A pool of this storage whose caches `ops` maintains.
    ///
    /// # Safety
    /// No other pool has the storage. Controllers that are given this memory reach it at the addresses that the
    /// processor has for it, and `ops` is right for it.
    pub const unsafe fn new(storage: &'static Storage<BYTES>, ops: &'static dyn CacheOps) -> Self {
        // SAFETY: a static has an address.
        let base = unsafe { NonNull::new_unchecked(storage.0.get().cast::<u8>()) };
        // SAFETY: a static of its own, initialised, that nothing else uses; the rest is the caller's promise.
        Self(unsafe { Arena::same(base, BYTES as u32, LINE, ops) })
    }

    /// The pool. Any context.
    pub const fn arena(&'static self) -> &'static Arena {
        &self.0
    }
}
