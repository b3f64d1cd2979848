use super::buffers::{Buffers, CopyPair};
use super::endpoint::{Direction, Endpoint};
use crate::mmio::Word;

mod sealed {
    pub trait Sealed {
        fn request(&self) -> super::Request;
    }
}

/// What the planner is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    pub(super) bytes: u32,
    pub(super) source: u8,
    pub(super) destination: u8,
}

/// What moves in one transfer: fixed when a program is prepared, the same for every transfer it makes.
pub trait Shape: sealed::Sealed + Copy + Send + 'static {
    /// The buffers of a transfer of this shape whose linear form takes `B`.
    type Of<B: Buffers>: Buffers;
}

/// The buffers of a transfer of shape `S` at endpoint `E`.
pub type BuffersOf<E, S> = <S as Shape>::Of<<<E as Endpoint>::Direction as Direction>::Buffers<<E as Endpoint>::Word>>;

/// One contiguous block.
///
/// It carries the length and, for each side, where the block lies relative to the controller's data bus. A program is
/// planned for those two offsets and serves every pair of buffers that has the same; [`Linear::new`] plans for buffers
/// that begin at a cache line, [`Linear::between`] for two given ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Linear {
    bytes: u32,
    source: u8,
    destination: u8,
}

impl Linear {
    /// `bytes` bytes between buffers that begin at a cache line.
    pub const fn new(bytes: u32) -> Self {
        Self { bytes, source: 0, destination: 0 }
    }

    /// The same length between buffers whose bus addresses equal these modulo the width of the data bus.
    #[must_use]
    pub const fn at(self, source: u32, destination: u32) -> Self {
        // Wider than any bus; where the longest burst begins matters to the planner too.
        Self { bytes: self.bytes, source: source as u8, destination: destination as u8 }
    }

    /// The whole of `pair`'s shorter window, where the windows lie now.
    pub fn between<W: Word>(pair: &CopyPair<W>) -> Self {
        let (source, destination) = (pair.source.raw(), pair.destination.raw());
        Self::new(source.bytes().min(destination.bytes())).at(source.bus(), destination.bus())
    }

    /// Length in bytes.
    pub const fn bytes(self) -> u32 {
        self.bytes
    }

    /// How far behind a cache line source and destination begin, as far as the data bus cares.
    pub(super) const fn offsets(self) -> (u8, u8) {
        (self.source, self.destination)
    }
}

impl sealed::Sealed for Linear {
    fn request(&self) -> Request {
        Request { bytes: self.bytes, source: self.source, destination: self.destination }
    }
}

impl Shape for Linear {
    type Of<B: Buffers> = B;
}
