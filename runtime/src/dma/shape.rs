use super::buffers::{BlockBuffers, Buffers, CopyPair};
#[cfg(not(feature = "full"))]
use super::endpoint::MemoryToMemory;
use super::endpoint::{Direction, Endpoint};
use super::memory::DmaBuf;
use super::plan::{Block, PlanError, Program, Work};
use crate::mmio::Word;

pub(super) mod sealed {
    #[cfg(not(feature = "full"))]
    use super::Block;
    use super::{Extras, PlanError, Program, Work};

    /// Plans one [`Work`].
    pub(in crate::dma) type Planner<'p> = &'p mut dyn FnMut(Work<'_>) -> Result<Program, PlanError>;

    pub trait Sealed {
        /// Have the shape planned. Addresses are stand-ins.
        fn plan(&self, planner: Planner<'_>) -> Result<Program, PlanError>;

        fn extras(&self) -> Extras {
            Extras::NONE
        }

        /// Its block, if it is one, with stand-ins for addresses: all that engines plan for without the feature `full`.
        #[cfg(not(feature = "full"))]
        fn only_block(&self) -> Option<Block> {
            None
        }
    }
}

/// What preparing must know of a shape beyond its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extras {
    /// Bursts between the places where it can be paused; none: it cannot.
    pub(super) checkpoint_every: Option<u16>,
    /// It waits for an event of its own before each period.
    pub(super) gated: bool,
}

impl Extras {
    pub(super) const NONE: Self = Self { checkpoint_every: None, gated: false };
}

/// What moves in one transfer: fixed when a program is prepared, the same for every transfer it makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the shape of a transfer",
    note = "shapes are `Linear`, `Sg<N>`, `Rect`, and `Pausable` around one of them"
)]
#[allow(private_bounds, reason = "sealed: the engine must know how to plan it")]
pub trait Shape: sealed::Sealed + Copy + Send + 'static {
    /// The buffers of a transfer of this shape whose linear form takes `B`.
    type Of<B: BlockBuffers>: Buffers;
}

/// The shape goes in this direction.
#[diagnostic::on_unimplemented(
    message = "a transfer of shape `{Self}` does not go `{D}`",
    note = "`Linear`, `Sg<N>` and `Rect` go every way; endless shapes only between memory and a device",
    note = "without the feature `full` of the crate `linkwright` there is but `Linear` from memory to memory"
)]
pub trait Goes<D: Direction>: Shape {}

/// The shape ends by itself and can be paused.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made pausable",
    note = "`Pausable` takes `Linear`, `Sg<N>` or `Rect`"
)]
pub trait Finite: Shape {}

/// The buffers of a transfer of shape `S` at endpoint `E`.
pub type BuffersOf<E, S> = <S as Shape>::Of<<<E as Endpoint>::Direction as Direction>::Buffers<<E as Endpoint>::Word>>;

/// One contiguous block.
///
/// It carries the length and, for each side, where the block lies relative to the controller's data bus. A program is
/// planned for those two offsets and serves every pair of buffers that has the same; [`Linear::new`] plans for buffers
/// that begin at a cache line, [`Linear::between`] and [`Linear::of`] for given ones.
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
        Self::new(source.len().min(destination.len())).at(source.bus(), destination.bus())
    }

    /// The whole of `buffer`'s window, where it lies now; for endpoints whose other side is no memory.
    pub fn of<W: Word>(buffer: &DmaBuf<W>) -> Self {
        let raw = buffer.raw();
        Self::new(raw.len()).at(raw.bus(), raw.bus())
    }

    /// Length in bytes.
    pub const fn bytes(self) -> u32 {
        self.bytes
    }

    /// How far behind a cache line source and destination begin, as far as the data bus cares.
    pub(super) const fn offsets(self) -> (u8, u8) {
        (self.source, self.destination)
    }

    const fn block(self) -> Block {
        Block { source: self.source as u32, destination: self.destination as u32, bytes: self.bytes }
    }
}

impl sealed::Sealed for Linear {
    fn plan(&self, planner: sealed::Planner<'_>) -> Result<Program, PlanError> {
        planner(Work::Blocks { blocks: &[self.block()], event_every: 0 })
    }

    #[cfg(not(feature = "full"))]
    fn only_block(&self) -> Option<Block> {
        Some(self.block())
    }
}

impl Shape for Linear {
    type Of<B: BlockBuffers> = B;
}

/// Up to `N` blocks, one after the other, by one program: scatter and gather.
///
/// A transfer takes [`Segments`](super::Segments), one element a block. It interrupts once at the end, or also after
/// every few blocks ([`events_every`](Self::events_every)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sg<const N: usize> {
    blocks: [Linear; N],
    count: u16,
    events_every: u16,
}

impl<const N: usize> Sg<N> {
    /// These blocks. Preparing more than `N` is an error.
    pub fn new(blocks: &[Linear]) -> Self {
        Self::from_blocks(blocks.iter().copied())
    }

    fn from_blocks(blocks: impl ExactSizeIterator<Item = Linear>) -> Self {
        let count = u16::try_from(blocks.len()).unwrap_or(u16::MAX);
        let mut sg = Self { blocks: [Linear::new(0); N], count, events_every: 0 };
        for (place, block) in sg.blocks.iter_mut().zip(blocks) {
            *place = block;
        }
        sg
    }

    /// `N` blocks of `bytes` bytes each between buffers that begin at a cache line.
    pub fn uniform(bytes: u32) -> Self {
        Self::new(&[Linear::new(bytes); N])
    }

    /// Whole windows where they lie now, each pair's shorter one.
    pub fn between<W: Word>(pairs: &[CopyPair<W>]) -> Self {
        Self::from_blocks(pairs.iter().map(Linear::between))
    }

    /// Whole windows where they lie now; for endpoints whose other side is no memory.
    pub fn of<W: Word>(buffers: &[DmaBuf<W>]) -> Self {
        Self::from_blocks(buffers.iter().map(Linear::of))
    }

    /// Tell of progress after every `blocks` blocks: [`Handler::progress`](super::Handler::progress). 0: only the end.
    #[must_use]
    pub const fn events_every(self, blocks: u16) -> Self {
        Self { events_every: blocks, ..self }
    }

    /// The blocks.
    pub fn blocks(&self) -> &[Linear] {
        self.blocks.get(..self.count.into()).unwrap_or(&self.blocks)
    }
}

impl<const N: usize> sealed::Sealed for Sg<N> {
    fn plan(&self, planner: sealed::Planner<'_>) -> Result<Program, PlanError> {
        let blocks = self.blocks.map(Linear::block);
        let blocks = blocks.get(..self.count.into()).ok_or(PlanError::TooManyBlocks)?;
        planner(Work::Blocks { blocks, event_every: self.events_every })
    }
}

impl<const N: usize> Shape for Sg<N> {
    type Of<B: BlockBuffers> = super::Segments<B, N>;
}

/// Rows of equal length at equal distances: a rectangle out of, or into, a larger one.
///
/// A buffer's window begins at the first byte of the row that lies lowest in memory and reaches to the last byte of the
/// one that lies highest, at least. With a positive pitch the rows are moved from the lowest up. With a negative one they
/// are moved from the highest down: the first lies `rows - 1` pitches behind the window's beginning. So a picture is
/// turned upside down by a negative pitch on one side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rect {
    row: Linear,
    rows: u32,
    source_pitch: i32,
    destination_pitch: i32,
}

impl Rect {
    /// `rows` rows of `row_bytes` bytes without gaps, between buffers that begin at a cache line.
    pub const fn new(row_bytes: u32, rows: u32) -> Self {
        // Two longer rows are more than a transfer can count.
        let pitch = if row_bytes > i32::MAX as u32 { i32::MAX } else { row_bytes as i32 };
        Self { row: Linear::new(row_bytes), rows, source_pitch: pitch, destination_pitch: pitch }
    }

    /// Bytes from the start of a row to that of the next, of source and destination; negative: to that of the one below.
    /// Ignored for a side that is no memory, and if there is only one row.
    ///
    /// The source's may be any, also less than a row's length, or 0 to read one row again and again; the destination's
    /// is at least that length, up or down. Some controllers cannot subtract: for those they are all at least a row's
    /// length, and positive.
    #[must_use]
    pub const fn pitch(self, source: i32, destination: i32) -> Self {
        Self { source_pitch: source, destination_pitch: destination, ..self }
    }

    /// As [`Linear::at`]: where the windows begin, whichever row is moved first.
    #[must_use]
    pub const fn at(self, source: u32, destination: u32) -> Self {
        Self { row: self.row.at(source, destination), ..self }
    }

    /// Bytes that are moved.
    pub const fn bytes(self) -> u32 {
        self.row.bytes.saturating_mul(self.rows)
    }
}

impl sealed::Sealed for Rect {
    fn plan(&self, planner: sealed::Planner<'_>) -> Result<Program, PlanError> {
        // Too far for the bus is too far from wherever it begins.
        let first = |low: u8, pitch: i32| {
            let aside = pitch.min(0).unsigned_abs().saturating_mul(self.rows.saturating_sub(1));
            u32::from(low).saturating_add(aside)
        };
        planner(Work::Rect {
            source: first(self.row.source, self.source_pitch),
            destination: first(self.row.destination, self.destination_pitch),
            row_bytes: self.row.bytes,
            rows: self.rows,
            source_pitch: self.source_pitch,
            destination_pitch: self.destination_pitch,
        })
    }
}

impl Shape for Rect {
    type Of<B: BlockBuffers> = B;
}

/// `S` with places where the program can be made to wait: [`Transfer::pause`](super::Transfer::pause).
///
/// Costs a second event of the controller and a few instructions at each place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pausable<S: Finite> {
    inner: S,
    bursts: u16,
}

impl<S: Finite> Pausable<S> {
    /// `inner`, to be paused after every `bursts` bursts (1 or more), give or take a few.
    pub const fn every(bursts: u16, inner: S) -> Self {
        Self { inner, bursts }
    }

    /// The shape inside.
    pub const fn inner(self) -> S {
        self.inner
    }
}

impl<S: Finite> sealed::Sealed for Pausable<S> {
    fn plan(&self, planner: sealed::Planner<'_>) -> Result<Program, PlanError> {
        self.inner.plan(planner)
    }

    fn extras(&self) -> Extras {
        Extras { checkpoint_every: Some(self.bursts), ..self.inner.extras() }
    }
}

impl<S: Finite> Shape for Pausable<S> {
    type Of<B: BlockBuffers> = S::Of<B>;
}

#[cfg(feature = "full")]
impl<D: Direction> Goes<D> for Linear {}
#[cfg(not(feature = "full"))]
impl Goes<MemoryToMemory> for Linear {}
#[cfg(feature = "full")]
impl<D: Direction, const N: usize> Goes<D> for Sg<N> {}
#[cfg(feature = "full")]
impl<D: Direction> Goes<D> for Rect {}
#[cfg(feature = "full")]
impl<D: Direction, S: Finite + Goes<D>> Goes<D> for Pausable<S> {}
impl Finite for Linear {}
impl<const N: usize> Finite for Sg<N> {}
impl Finite for Rect {}
