#![allow(unsafe_code, reason = "gives erased buffers their type back")]

use super::memory::{DmaBuf, RawBuf};
use crate::mmio::Word;

/// The buffers of one transfer without their types, in the order source, destination.
#[derive(Debug, Default)]
pub struct Held(pub(super) [Option<RawBuf>; Held::MOST]);

impl Held {
    /// Most buffers of one transfer.
    pub(super) const MOST: usize = 2;
    pub(super) const EMPTY: Self = Self([const { None }; Self::MOST]);
}

pub trait Erase: Sized {
    fn erase(self) -> Held;

    /// # Safety
    /// `held` came from `erase` of the same type, unchanged.
    unsafe fn restore(held: Held) -> Self;
}

/// What a transfer takes and gives back: [`DmaBuf`] or [`CopyPair`].
#[allow(private_bounds, reason = "sealed: the slot must know how to hold them")]
pub trait Buffers: Erase + Send + 'static {}

/// A source and a destination.
#[derive(Debug)]
pub struct CopyPair<W: Word> {
    /// What is read.
    pub source: DmaBuf<W>,
    /// What is written.
    pub destination: DmaBuf<W>,
}

impl<W: Word> Erase for CopyPair<W> {
    fn erase(self) -> Held {
        Held([Some(self.source.into_raw()), Some(self.destination.into_raw())])
    }

    unsafe fn restore(held: Held) -> Self {
        let [source, destination] = held.0;
        // SAFETY: the caller's promise.
        let source = unsafe { restore_one(source) };
        // SAFETY: the caller's promise.
        let destination = unsafe { restore_one(destination) };
        Self { source, destination }
    }
}

impl<W: Word> Erase for DmaBuf<W> {
    fn erase(self) -> Held {
        Held([Some(self.into_raw()), None])
    }

    unsafe fn restore(held: Held) -> Self {
        let [only, _] = held.0;
        // SAFETY: the caller's promise.
        unsafe { restore_one(only) }
    }
}

/// # Safety
/// `raw` came from a `DmaBuf<W>`.
unsafe fn restore_one<W: Word>(raw: Option<RawBuf>) -> DmaBuf<W> {
    // SAFETY: `erase` put it there.
    let raw = unsafe { raw.unwrap_unchecked() };
    // SAFETY: the window has not changed since it was a `DmaBuf<W>`'s.
    unsafe { DmaBuf::from_raw(raw) }
}

impl<W: Word> Buffers for CopyPair<W> {}
impl<W: Word> Buffers for DmaBuf<W> {}
