#![allow(unsafe_code, reason = "gives erased buffers their type back")]

use super::memory::{DmaBuf, RawBuf};
use super::only::Only;
use super::segments::List;
use crate::mmio::Word;

/// The buffers of one transfer without their types.
#[derive(Debug, Default)]
pub(super) enum Held {
    /// None.
    #[default]
    Empty,
    /// Source or destination; the other side is no memory, or the same for every transfer.
    One(Only<RawBuf>),
    /// Source and destination.
    Pair(RawBuf, RawBuf),
    /// Several of either.
    List(Only<List>),
}

/// Source and destination of one block, as far as they are buffers.
pub(super) type Sides<'a> = [Option<&'a RawBuf>; 2];

/// Which side of a transfer a single buffer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// There is a buffer for each side.
    Both,
    /// It is read.
    Source,
    /// It is written.
    Destination,
}

impl Held {
    /// How many blocks there are buffers for.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::One(..) | Self::Pair(..) => 1,
            Self::List(list) => list.get().len(),
        }
    }

    /// The buffers of block `index`.
    pub(super) fn sides(&self, index: usize, role: Role) -> Sides<'_> {
        let sides = match self {
            Self::One(only) if index == 0 => [Some(only.get()), None],
            Self::Pair(source, destination) if index == 0 => [Some(source), Some(destination)],
            Self::List(list) => list.get().sides(index),
            _ => [None, None],
        };
        match (role, sides) {
            (Role::Destination, [only, _]) => [None, only],
            (_, sides) => sides,
        }
    }
}

pub(super) trait Erase: Sized {
    fn erase(self) -> Held;

    /// # Safety
    /// `held` came from `erase` of the same type, unchanged.
    unsafe fn restore(held: Held) -> Self;
}

pub(super) trait Parts {
    fn sides(&self) -> Sides<'_>;
}

/// What a transfer takes and gives back: [`DmaBuf`], [`CopyPair`] or [`Segments`](super::Segments) of these.
#[allow(private_bounds, reason = "sealed: the slot must know how to hold them")]
pub trait Buffers: Erase + core::fmt::Debug + Send + 'static {}

/// What one block of a transfer takes and gives back: [`DmaBuf`] or [`CopyPair`].
#[allow(private_bounds, reason = "sealed, as `Buffers`")]
pub trait BlockBuffers: Buffers + Parts + Sync {}

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
        Held::Pair(self.source.into_raw(), self.destination.into_raw())
    }

    unsafe fn restore(held: Held) -> Self {
        let Held::Pair(source, destination) = held else {
            // SAFETY: `erase` made it, by the caller's promise.
            unsafe { core::hint::unreachable_unchecked() }
        };
        // SAFETY: the window has not changed since it was a `DmaBuf<W>`'s.
        let source = unsafe { DmaBuf::from_raw(source) };
        // SAFETY: as above.
        let destination = unsafe { DmaBuf::from_raw(destination) };
        Self { source, destination }
    }
}

impl<W: Word> Erase for DmaBuf<W> {
    #[cfg(feature = "full")]
    fn erase(self) -> Held {
        Held::One(Only::new(self.into_raw()))
    }

    #[cfg(not(feature = "full"))]
    fn erase(self) -> Held {
        unreachable!("no transfer of a single buffer can be prepared")
    }

    unsafe fn restore(held: Held) -> Self {
        let Held::One(only) = held else {
            // SAFETY: `erase` made it, by the caller's promise.
            unsafe { core::hint::unreachable_unchecked() }
        };
        // SAFETY: the window has not changed since it was a `DmaBuf<W>`'s.
        unsafe { DmaBuf::from_raw(only.into_inner()) }
    }
}

impl<W: Word> Parts for CopyPair<W> {
    fn sides(&self) -> Sides<'_> {
        [Some(self.source.raw()), Some(self.destination.raw())]
    }
}

impl<W: Word> Parts for DmaBuf<W> {
    fn sides(&self) -> Sides<'_> {
        [Some(self.raw()), None]
    }
}

impl<W: Word> Buffers for CopyPair<W> {}
impl<W: Word> Buffers for DmaBuf<W> {}
impl<W: Word> BlockBuffers for CopyPair<W> {}
impl<W: Word> BlockBuffers for DmaBuf<W> {}
