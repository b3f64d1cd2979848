use linkwright::dma::{Endpoint, Finite, Linear, Pausable, Prepared, Rect, Sg, Shape};

use super::lists::PIECES;
use super::random::Random;

/// A shape, as it is or pausable.
pub(super) trait Form: Shape {
    /// Without its pauses.
    type Inner: Inner;
    const IS_PAUSABLE: bool = false;

    fn form(inner: Self::Inner, random: &mut Random) -> Self;

    /// Have the transfer stand at its next checkpoint, if it has any.
    fn pause<E: Endpoint>(_: &Prepared<E, Self>) -> bool {
        false
    }
    fn is_paused<E: Endpoint>(_: &Prepared<E, Self>) -> bool {
        false
    }
    /// Have it go on.
    fn resume<E: Endpoint>(_: &Prepared<E, Self>) {}
}

/// A shape that can be made pausable.
pub(super) trait Inner: Finite {
    const NAME: &'static str;
}

impl Inner for Linear {
    const NAME: &'static str = "linear";
}

impl Inner for Sg<PIECES> {
    const NAME: &'static str = "list";
}

impl Inner for Rect {
    const NAME: &'static str = "rectangle";
}

macro_rules! itself {
    ($($shape:ty),*) => {
        $(impl Form for $shape {
            type Inner = Self;

            fn form(inner: Self, _: &mut Random) -> Self {
                inner
            }
        })*
    };
}

itself!(Linear, Sg<PIECES>, Rect);

impl<S: Inner> Form for Pausable<S> {
    type Inner = S;
    const IS_PAUSABLE: bool = true;

    fn form(inner: S, random: &mut Random) -> Self {
        Self::every(random.within(1, 6) as u16, inner)
    }
    fn pause<E: Endpoint>(prepared: &Prepared<E, Self>) -> bool {
        prepared.pause().is_ok()
    }
    fn is_paused<E: Endpoint>(prepared: &Prepared<E, Self>) -> bool {
        prepared.is_paused()
    }
    fn resume<E: Endpoint>(prepared: &Prepared<E, Self>) {
        // It may have ended meanwhile.
        let _ = prepared.resume();
    }
}

/// Rows of words, as both sides have them; one row is a block.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    /// Words in a row.
    pub(super) row: usize,
    pub(super) rows: usize,
    /// Words from row to row, of source and destination; negative: to the row below.
    pub(super) pitch: [isize; 2],
}

impl Grid {
    /// Words from the first to the last, of one side.
    pub(super) fn reach(self, side: usize) -> usize {
        self.pitch[side].unsigned_abs() * (self.rows - 1) + self.row
    }

    /// Where row `n` of one side begins.
    fn start(self, side: usize, n: usize) -> usize {
        let above = if self.pitch[side] < 0 { self.rows - 1 - n } else { n };
        above * self.pitch[side].unsigned_abs()
    }

    /// Is word `at` of that side between the rows?
    pub(super) fn is_gap(self, side: usize, at: usize) -> bool {
        at % self.pitch[side].unsigned_abs() >= self.row
    }

    /// The words in the rows of that side, in the order in which they are moved.
    pub(super) fn words<W: Copy>(self, side: usize, words: &[W]) -> Vec<W> {
        let row = |n: usize| &words[self.start(side, n)..][..self.row];
        (0..self.rows).flat_map(row).copied().collect()
    }
}

/// The shape of a [`Grid`].
pub(super) trait OfGrid: Inner {
    /// At most `longest` words, each row a multiple of `unit` unless it is the only one.
    fn grid(longest: usize, unit: usize, random: &mut Random) -> Grid;

    /// With words of `word` bytes, where the sides lie.
    fn of_grid(grid: Grid, word: usize, at: [u32; 2]) -> Self;
}

impl OfGrid for Linear {
    fn grid(longest: usize, _: usize, random: &mut Random) -> Grid {
        let row = random.within(1, longest);
        Grid { row, rows: 1, pitch: [row as isize; 2] }
    }
    fn of_grid(grid: Grid, word: usize, [source, destination]: [u32; 2]) -> Self {
        Self::new((grid.row * word) as u32).at(source, destination)
    }
}

impl OfGrid for Rect {
    fn grid(longest: usize, unit: usize, random: &mut Random) -> Grid {
        let rows = random.within(1, 7);
        let row = unit * random.within(1, (longest / rows / unit).max(1));
        let apart = |least: usize, random: &mut Random| {
            let pitch = (least + random.below(40)) as isize;
            if random.below(3) == 0 { -pitch } else { pitch }
        };
        // Read rows may overlap.
        let least = if random.below(4) == 0 { 0 } else { row };
        let pitch = [apart(least, random), apart(row, random)];
        Grid { row, rows, pitch }
    }
    fn of_grid(grid: Grid, word: usize, [source, destination]: [u32; 2]) -> Self {
        let [from, to] = grid.pitch.map(|words| words as i32 * word as i32);
        let rect = Self::new((grid.row * word) as u32, grid.rows as u32).pitch(from, to);
        rect.at(source, destination)
    }
}
