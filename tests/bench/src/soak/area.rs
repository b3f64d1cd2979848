use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::mmio::Word;

use super::random::Random;
use super::tally::Tally;
use super::world::World;

/// What stands around every window.
const GUARD: u64 = 0xa5a5_a5a5_a5a5_a5a5;
/// Words before and behind.
const ROOM: usize = 24;

fn guard<W: Word>() -> W {
    W::truncate(GUARD)
}

/// Where a buffer's window is, in words.
#[derive(Clone, Copy)]
pub(super) struct Area {
    start: usize,
    pub(super) len: usize,
}

impl Area {
    /// So many words, anywhere in their lines.
    pub(super) fn anywhere(len: usize, random: &mut Random) -> Self {
        Self { start: random.within(0, ROOM), len }
    }

    /// So many words from the start of a line on.
    pub(super) fn aligned(len: usize) -> Self {
        Self { start: 0, len }
    }

    /// Where the window begins in its line, in bytes, as the planner wants to know it.
    pub(super) fn at<W: Word>(self) -> u32 {
        (self.start * size_of::<W>()) as u32
    }

    /// Its length in bytes.
    pub(super) fn bytes<W: Word>(self) -> u32 {
        (self.len * size_of::<W>()) as u32
    }

    /// A buffer with guards all over.
    pub(super) fn buffer<W: Word>(self, cx: &Task<'_>, world: &World) -> DmaBuf<W> {
        let mut buffer: DmaBuf<W> =
            world.data.alloc(cx, self.start + self.len + ROOM).unwrap_or_else(|e| panic!("{e}"));
        // The arena gives whole lines.
        buffer.reset_window();
        buffer.fill(guard());
        buffer.set_window(self.start, self.len).unwrap_or_else(|e| panic!("{e}"));
        buffer
    }

    /// The same with random words in it.
    pub(super) fn filled<W: Word>(self, cx: &Task<'_>, world: &World, random: &mut Random) -> DmaBuf<W> {
        let mut buffer = self.buffer(cx, world);
        buffer.iter_mut().for_each(|word| *word = W::truncate(random.next() ^ random.next() << 32));
        buffer
    }

    /// Nothing was written beside the window; `gaps`, if any, say where nothing was to be written within.
    pub(super) fn check_guards<W: Word>(self, tally: &Tally, buffer: &mut DmaBuf<W>, is_gap: impl Fn(usize) -> bool) {
        buffer.reset_window();
        let is_guard = |at: usize| at < self.start || at >= self.start + self.len || is_gap(at - self.start);
        let words: Vec<W> = buffer.iter().enumerate().filter(|(at, _)| is_guard(*at)).map(|(_, word)| *word).collect();
        tally.same("beside the buffer", &words, &vec![guard(); words.len()]);
        buffer.set_window(self.start, self.len).unwrap_or_else(|e| panic!("{e}"));
    }
}
