#![allow(unsafe_code, reason = "keeps its free list inside the memory it hands out")]

use core::ptr::NonNull;

#[cfg(any(feature = "std", feature = "full"))]
use super::Mirror;
use super::buffer::Region;
use super::upkeep::Upkeep;
use super::{CacheOps, DmaBuf, RawBuf};
use crate::context::Task;
#[cfg(any(feature = "std", feature = "full"))]
use crate::dma::only::Only;
use crate::mmio::Word;
use crate::sync::Lock;

/// Why an arena has no buffer to give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum AllocError {
    /// A buffer of no bytes was asked for.
    Empty,
    /// No free piece is large enough.
    Full {
        /// Bytes needed, whole lines.
        need: u32,
        /// The largest free piece, in bytes.
        largest: u32,
    },
    /// The arena's storage is not aligned to its lines, so it has nothing to give at all.
    Misplaced,
}

impl core::fmt::Display for AllocError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Empty => f.write_str("a buffer needs at least one element"),
            Self::Full { need, largest } => write!(
                f,
                "no room for {need} bytes, the largest free piece has {largest}: lend the arena more storage or drop \
                 buffers first"
            ),
            Self::Misplaced => f.write_str("the arena's storage is not aligned to its cache line: align the static"),
        }
    }
}

impl core::error::Error for AllocError {}

/// A pool of DMA buffers over storage that it was lent for good.
///
/// Allocating needs a [`Task`]; it walks the free pieces in a critical section. Freeing (dropping a buffer) is atomic:
/// a few instructions whatever the state. Buffers are whole cache lines, so none shares a line with anything.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<u8>,
    bytes: u32,
    /// From the low half of the processor's address to the controllers', wrapping.
    offset: u32,
    line: u32,
    upkeep: Upkeep,
    free: Lock<Free>,
}

// SAFETY: the storage belongs to the arena alone, which hands out disjoint pieces and guards its free list by a lock.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

/// No piece.
const NONE: u32 = u32::MAX;
/// Smallest piece, in bytes: room for its list entry, and alignment of the widest word.
const SMALLEST: u32 = 8;

#[derive(Debug)]
struct Free {
    ready: bool,
    misplaced: bool,
    /// Free pieces, by address; no two touch.
    list: u32,
    /// Pieces given back since the last allocation, in no order.
    returned: u32,
    bytes: u32,
}

impl Free {
    const NEW: Self = Self { ready: false, misplaced: false, list: NONE, returned: NONE, bytes: 0 };
}

impl Arena {
    /// A pool over memory that controllers reach directly.
    ///
    /// `bus` is the controllers' address of `base`, `line` the cache line in bytes (a power of two; 1 for memory that
    /// is not cached). Storage that is not aligned to the line yields [`AllocError::Misplaced`] later.
    ///
    /// # Safety
    /// * `base` points to `bytes` initialised bytes that live for ever and that nothing else uses.
    /// * Every controller whose engine is given this memory reaches exactly these bytes at `bus`.
    /// * `ops` is right for this memory.
    pub unsafe fn new(base: NonNull<u8>, bytes: u32, bus: u32, line: u32, ops: &'static dyn CacheOps) -> Self {
        Self::with_upkeep(base, bytes, bus, line, Upkeep::Direct(ops))
    }

    /// As [`new`](Self::new), where controllers have the processor's addresses, which have 32 bits. Fit for a `static`.
    ///
    /// # Safety
    /// As for [`new`](Self::new): every controller reaches the storage at the address that the processor has for it.
    pub const unsafe fn same(base: NonNull<u8>, bytes: u32, line: u32, ops: &'static dyn CacheOps) -> Self {
        Self::with_offset(base, bytes, 0, line, Upkeep::Direct(ops))
    }

    /// A pool over the processor's copy of memory that a simulator or emulator keeps at bus address `bus`. Lines have
    /// 32 bytes. Needs the feature `std` or `full`.
    #[cfg(any(feature = "std", feature = "full"))]
    pub fn mirrored(storage: &'static mut [u64], bus: u32, mirror: &'static dyn Mirror) -> Self {
        let bytes = u32::try_from(size_of_val(storage)).unwrap_or(u32::MAX);
        Self::with_upkeep(NonNull::from(storage).cast(), bytes, bus, 32, Upkeep::Mirrored(Only::new(mirror)))
    }

    /// [`mirrored`](Self::mirrored) over `bytes` zeroed bytes from the heap that are never given back.
    #[cfg(feature = "std")]
    pub fn leak_mirrored(bytes: u32, bus: u32, mirror: &'static dyn Mirror) -> &'static Self {
        let storage = std::vec![0_u64; bytes.div_ceil(8) as usize].leak();
        std::boxed::Box::leak(std::boxed::Box::new(Self::mirrored(storage, bus, mirror)))
    }

    pub(super) fn with_upkeep(base: NonNull<u8>, bytes: u32, bus: u32, line: u32, upkeep: Upkeep) -> Self {
        // The end must be an address too.
        let bytes = bytes.min(u32::MAX - bus);
        let offset = bus.wrapping_sub(base.as_ptr().expose_provenance() as u32);
        Self::with_offset(base, bytes, offset, line, upkeep)
    }

    const fn with_offset(base: NonNull<u8>, bytes: u32, offset: u32, line: u32, upkeep: Upkeep) -> Self {
        let line = if line.is_power_of_two() && line > SMALLEST { line } else { SMALLEST };
        Self { base, bytes, offset, line, upkeep, free: Lock::new(Free::NEW) }
    }

    /// A buffer of `len` words whose window is all of it. Sleepable.
    ///
    /// It starts at a cache line of its own. It holds what was last written there.
    ///
    /// # Errors
    /// [`AllocError`].
    #[track_caller]
    pub fn alloc<W: Word>(&'static self, cx: &Task<'_>, len: usize) -> Result<DmaBuf<W>, AllocError> {
        let bytes = u32::try_from(len).ok().and_then(|n| n.checked_mul(size_of::<W>() as u32)).unwrap_or(u32::MAX);
        let raw = self.alloc_raw(cx, bytes, 1)?;
        // SAFETY: regions are aligned to at least 8 bytes, and the window is a whole number of words.
        Ok(unsafe { DmaBuf::from_raw(raw) })
    }

    /// `bytes` bytes at a bus address that is a multiple of `align` (a power of two) and of the line. Sleepable.
    #[track_caller]
    pub(crate) fn alloc_raw(&'static self, cx: &Task<'_>, bytes: u32, align: u32) -> Result<RawBuf, AllocError> {
        cx.might_sleep();
        if bytes == 0 {
            return Err(AllocError::Empty);
        }
        // No division: not every processor has one.
        let need = bytes.checked_add(self.line - 1).map_or(u32::MAX, |end| end & !(self.line - 1));
        self.free.with(|free| {
            self.set_up(free);
            if free.misplaced {
                return Err(AllocError::Misplaced);
            }
            self.collect(free);
            let at = self.take(free, need, align.max(self.line))?;
            // SAFETY: taken off the free list, so nothing else refers to it.
            Ok(RawBuf::new(unsafe { Region::new(self, at, need) }, bytes))
        })
    }

    /// Bytes not handed out. Atomic.
    pub fn free_bytes(&self) -> u32 {
        self.free.with(|free| {
            self.set_up(free);
            free.bytes
        })
    }

    /// Take a region back. Atomic, and short whatever the state.
    ///
    /// # Safety
    /// The region came from `take` and nothing refers to it any more, no device either.
    pub(super) unsafe fn give_back(&self, at: u32, bytes: u32) {
        self.free.with(|free| {
            self.write(at, free.returned, bytes);
            free.returned = at;
            free.bytes += bytes;
        });
    }

    fn set_up(&self, free: &mut Free) {
        if core::mem::replace(&mut free.ready, true) {
            return;
        }
        let skip = self.bus(0).wrapping_neg() & (self.line - 1);
        let bytes = self.bytes.saturating_sub(skip) & !(self.line - 1);
        // Mirrored storage has no cache line of its own; words must still be aligned.
        let align = match self.upkeep {
            Upkeep::Direct(_) => self.line,
            Upkeep::Mirrored(..) => SMALLEST,
        };
        // No division: not every processor has one.
        free.misplaced = self.cpu(skip).addr() & (align as usize - 1) != 0;
        if bytes > 0 && !free.misplaced {
            self.write(skip, NONE, bytes);
            free.list = skip;
            free.bytes = bytes;
        }
    }

    /// Sort the returned pieces in, joining neighbours.
    fn collect(&self, free: &mut Free) {
        while free.returned != NONE {
            let at = free.returned;
            let (next_returned, mut bytes) = self.read(at);
            free.returned = next_returned;
            let (mut before, mut after) = (NONE, free.list);
            while after != NONE && after < at {
                before = after;
                after = self.read(after).0;
            }
            if after != NONE && at + bytes == after {
                let (next, more) = self.read(after);
                bytes += more;
                after = next;
            }
            self.write(at, after, bytes);
            if before == NONE {
                free.list = at;
                continue;
            }
            let (_, before_bytes) = self.read(before);
            if before + before_bytes == at {
                self.write(before, after, before_bytes + bytes);
            } else {
                self.write(before, at, before_bytes);
            }
        }
    }

    /// First fit. What is before an aligned start and what is left over stay free.
    fn take(&self, free: &mut Free, need: u32, align: u32) -> Result<u32, AllocError> {
        let (mut before, mut at, mut largest) = (NONE, free.list, 0);
        while at != NONE {
            let (next, bytes) = self.read(at);
            let lead = self.bus(at).wrapping_neg() & (align - 1);
            let room = bytes.saturating_sub(lead);
            if room >= need {
                let mut rest = next;
                if room > need {
                    rest = at + lead + need;
                    self.write(rest, next, room - need);
                }
                let follow = if lead > 0 {
                    self.write(at, rest, lead);
                    at
                } else {
                    rest
                };
                if before == NONE {
                    free.list = follow;
                } else {
                    let (_, before_bytes) = self.read(before);
                    self.write(before, follow, before_bytes);
                }
                free.bytes -= need;
                return Ok(at + lead);
            }
            largest = largest.max(room);
            before = at;
            at = next;
        }
        Err(AllocError::Full { need, largest })
    }

    /// The list entry of the free piece at `at`: where the next one is, and its size.
    fn read(&self, at: u32) -> (u32, u32) {
        let entry = self.cpu(at).cast::<[u32; 2]>();
        // SAFETY: `at` is a free piece: inside the storage, aligned, the arena's own.
        let [next, bytes] = unsafe { entry.read() };
        (next, bytes)
    }

    fn write(&self, at: u32, next: u32, bytes: u32) {
        let entry = self.cpu(at).cast::<[u32; 2]>();
        // SAFETY: as in `read`; every piece is at least `SMALLEST` bytes.
        unsafe { entry.write([next, bytes]) };
    }

    pub(super) fn cpu(&self, at: u32) -> *mut u8 {
        self.base.as_ptr().wrapping_add(at as usize)
    }

    pub(super) fn bus(&self, at: u32) -> u32 {
        (self.cpu(at).expose_provenance() as u32).wrapping_add(self.offset)
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    pub(super) fn upkeep(&self) -> Upkeep {
        self.upkeep
    }

    /// Do both pools hold memory of one bus?
    pub(crate) fn same_bus(&self, other: &Self) -> bool {
        self.upkeep.same_bus(other.upkeep)
    }

    /// Order memory accesses against the controller's.
    pub(crate) fn barrier(&self) {
        self.upkeep.barrier();
    }
}
