#![allow(unsafe_code, reason = "owns buffers in storage that it was lent")]

use core::cell::UnsafeCell;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::buffers::{BlockBuffers, Buffers, Erase, Held, Sides};
#[cfg(feature = "full")]
use super::only::Only;
use crate::sync::Lock;

/// Room for the buffers of up to `N` blocks. Keep it in a `static`; [`take`](Self::take) lends it.
///
/// ```
/// use linkwright::dma::{CopyPair, SegmentStorage};
/// static STORAGE: SegmentStorage<CopyPair<u8>, 16> = SegmentStorage::new();
/// assert!(STORAGE.take().is_some_and(|segments| segments.is_empty()));
/// ```
pub struct SegmentStorage<B: BlockBuffers, const N: usize> {
    taken: Lock<bool>,
    cells: UnsafeCell<[MaybeUninit<B>; N]>,
}

// SAFETY: the cells belong to the one `Segments` that `taken` stands for, and buffers are `Send` and `Sync`.
unsafe impl<B: BlockBuffers, const N: usize> Sync for SegmentStorage<B, N> {}

impl<B: BlockBuffers, const N: usize> SegmentStorage<B, N> {
    /// Empty room.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        Self { taken: Lock::new(false), cells: UnsafeCell::new([const { MaybeUninit::uninit() }; N]) }
    }

    /// An empty list in this room; `None` while there is one already. Dropping the list frees the room. Any context.
    pub fn take(&'static self) -> Option<Segments<B, N>> {
        let was = self.taken.with(|taken| core::mem::replace(taken, true));
        // Not `then_some`: a list that was not taken must not be dropped.
        (!was).then(|| Segments { storage: self, len: 0 })
    }

    fn first(&self) -> *mut B {
        self.cells.get().cast()
    }
}

impl<B: BlockBuffers, const N: usize> core::fmt::Debug for SegmentStorage<B, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SegmentStorage({N})")
    }
}

/// The buffers of the blocks of one transfer, in order: an owned list over a [`SegmentStorage`].
///
/// Moving it moves a pointer. Dropping it is atomic; it drops the buffers and frees the storage.
pub struct Segments<B: BlockBuffers, const N: usize> {
    storage: &'static SegmentStorage<B, N>,
    len: usize,
}

impl<B: BlockBuffers, const N: usize> Segments<B, N> {
    /// Append the buffers of one more block.
    ///
    /// # Errors
    /// The buffers, when there is no room.
    pub fn push(&mut self, bufs: B) -> Result<(), B> {
        if self.len == N {
            return Err(bufs);
        }
        // SAFETY: a free cell of storage that is this list's alone.
        unsafe { self.storage.first().wrapping_add(self.len).write(bufs) };
        self.len += 1;
        Ok(())
    }

    /// Take the last buffers off.
    pub fn pop(&mut self) -> Option<B> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: filled by `push`, and no longer counted.
        Some(unsafe { self.storage.first().wrapping_add(self.len).read() })
    }
}

impl<B: BlockBuffers, const N: usize> Deref for Segments<B, N> {
    type Target = [B];

    fn deref(&self) -> &[B] {
        // SAFETY: `push` filled so many cells, which are this list's alone.
        unsafe { core::slice::from_raw_parts(self.storage.first(), self.len) }
    }
}

impl<B: BlockBuffers, const N: usize> DerefMut for Segments<B, N> {
    fn deref_mut(&mut self) -> &mut [B] {
        // SAFETY: as in `deref`, and borrowed mutably.
        unsafe { core::slice::from_raw_parts_mut(self.storage.first(), self.len) }
    }
}

impl<B: BlockBuffers, const N: usize> Drop for Segments<B, N> {
    fn drop(&mut self) {
        while let Some(bufs) = self.pop() {
            drop(bufs);
        }
        self.storage.taken.with(|taken| *taken = false);
    }
}

impl<B: BlockBuffers, const N: usize> core::fmt::Debug for Segments<B, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Segments({} of {N})", self.len)
    }
}

/// A [`Segments`] without its type.
pub(super) struct List {
    storage: NonNull<()>,
    len: usize,
    ops: &'static Ops,
}

struct Ops {
    /// # Safety
    /// The list's own; the index is below its length.
    sides: for<'a> unsafe fn(&'a List, usize) -> Sides<'a>,
    /// # Safety
    /// The list's own; it is not used again.
    drop: unsafe fn(&mut List),
}

// SAFETY: as `Segments`, which owns buffers that are `Send` in storage that is `Sync`.
unsafe impl Send for List {}

impl List {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn sides(&self, index: usize) -> Sides<'_> {
        if index >= self.len {
            return [None, None];
        }
        // SAFETY: checked just now.
        unsafe { (self.ops.sides)(self, index) }
    }

    /// # Safety
    /// Made by `erase` of `Segments<B, N>`.
    unsafe fn storage<B: BlockBuffers, const N: usize>(&self) -> &'static SegmentStorage<B, N> {
        // SAFETY: it came from such a reference.
        unsafe { self.storage.cast().as_ref() }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: nothing uses it after the destructor.
        unsafe { (self.ops.drop)(self) };
    }
}

impl core::fmt::Debug for List {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "List({})", self.len)
    }
}

unsafe fn sides<B: BlockBuffers, const N: usize>(list: &List, index: usize) -> Sides<'_> {
    // SAFETY: the caller's promise.
    let storage = unsafe { list.storage::<B, N>() };
    // SAFETY: the caller's promise: a filled cell of storage that belongs to `list`.
    unsafe { &*storage.first().wrapping_add(index) }.sides()
}

unsafe fn free<B: BlockBuffers, const N: usize>(list: &mut List) {
    // SAFETY: the caller's promise.
    drop(Segments { storage: unsafe { list.storage::<B, N>() }, len: list.len });
}

impl<B: BlockBuffers, const N: usize> Segments<B, N> {
    const OPS: &'static Ops = &Ops { sides: sides::<B, N>, drop: free::<B, N> };
}

impl<B: BlockBuffers, const N: usize> Erase for Segments<B, N> {
    #[cfg(feature = "full")]
    fn erase(self) -> Held {
        let this = ManuallyDrop::new(self);
        Held::List(Only::new(List { storage: NonNull::from(this.storage).cast(), len: this.len, ops: Self::OPS }))
    }

    #[cfg(not(feature = "full"))]
    fn erase(self) -> Held {
        unreachable!("no transfer of several blocks can be prepared")
    }

    unsafe fn restore(held: Held) -> Self {
        let Held::List(list) = held else {
            // SAFETY: `erase` made it, by the caller's promise.
            unsafe { core::hint::unreachable_unchecked() }
        };
        let list = ManuallyDrop::new(list.into_inner());
        // SAFETY: the caller's promise.
        Self { storage: unsafe { list.storage::<B, N>() }, len: list.len }
    }
}

impl<B: BlockBuffers, const N: usize> Buffers for Segments<B, N> {}
