use bench_board::{CodecIn, CodecOut, Dmac0, SpiIn, SpiOut, UartIn, UartOut};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Channel, CopyPair, Goes, Linear, MemoryCopy, MemoryFill, MemoryToMemory, Pausable, Rect, Sg, Shape,
};

use super::Score;
use super::area::Area;
use super::client::{Client, Kind, Ready, Unit};
use super::devices::{In, Out};
use super::forms::{Form, Grid, OfGrid};
use super::lists::{Copies, PIECES, Receives, Transmits};
use super::random::Random;
use super::tally::Tally;
use super::world::World;

pub(super) type Copy8 = MemoryCopy<Dmac0>;

/// A client of a random kind for place `who`; each device has its place.
pub(super) fn client(
    who: usize,
    cx: &Task<'_>,
    world: &World,
    random: &mut Random,
    score: &mut Score,
) -> Option<Box<dyn Client>> {
    fn unit<K: Kind>(
        kind: K,
        cx: &Task<'_>,
        world: &World,
        random: &mut Random,
        score: &mut Score,
    ) -> Option<Box<dyn Client>> {
        Unit::new(kind, cx, world, random, score).map(|unit| Box::new(unit) as Box<dyn Client>)
    }
    macro_rules! unit {
        ($kind:expr) => {{
            let kind = $kind;
            unit(kind, cx, world, random, score)
        }};
    }
    type List = Sg<PIECES>;
    match (who, random.below(16)) {
        (0..=2, 0 | 1) => unit!(Copy::<Linear>::new(random)),
        (0..=2, 2 | 3) => unit!(Copy::<Pausable<Linear>>::new(random)),
        (0..=2, 4 | 5) => unit!(Copies::<List>::new(random)),
        (0..=2, 6 | 7) => unit!(Copies::<Pausable<List>>::new(random)),
        (0..=2, 8 | 9) => unit!(Copy::<Rect>::new(random)),
        (0..=2, 10 | 11) => unit!(Copy::<Pausable<Rect>>::new(random)),
        (0..=2, 12 | 13) => unit!(Zeros::new(random)),
        (0..=2, _) => unit!(Patterns::new(random)),
        (3, 0 | 1) => unit!(Out::<UartOut, Linear>::new(1, random, |p| &p.uart_out)),
        (3, 2 | 3) => unit!(Out::<UartOut, Rect>::new(1, random, |p| &p.uart_out)),
        (3, 4) => unit!(Out::<UartOut, Pausable<Rect>>::new(1, random, |p| &p.uart_out)),
        (3, 5 | 6) => unit!(Transmits::<UartOut, List>::new(1, random, |p| &p.uart_out)),
        (3, 7) => unit!(Transmits::<UartOut, Pausable<List>>::new(1, random, |p| &p.uart_out)),
        (3, 8 | 9) => unit!(In::<UartIn, Linear>::new(1, random, |p| &p.uart_in)),
        (3, 10 | 11) => unit!(In::<UartIn, Rect>::new(1, random, |p| &p.uart_in)),
        (3, 12) => unit!(In::<UartIn, Pausable<Rect>>::new(1, random, |p| &p.uart_in)),
        (3, 13 | 14) => unit!(Receives::<UartIn, List>::new(1, random, |p| &p.uart_in)),
        (3, _) => unit!(Receives::<UartIn, Pausable<List>>::new(1, random, |p| &p.uart_in)),
        // A row or a piece does not end within a burst of this device.
        (4, 0..=2) => unit!(Out::<CodecOut, Linear>::new(4, random, |p| &p.codec_out)),
        (4, 3..=5) => unit!(Out::<CodecOut, Pausable<Linear>>::new(4, random, |p| &p.codec_out)),
        (4, 6..=8) => unit!(Out::<CodecOut, Rect>::new(4, random, |p| &p.codec_out)),
        (4, 9 | 10) => unit!(Out::<CodecOut, Pausable<Rect>>::new(4, random, |p| &p.codec_out)),
        (4, 11..=13) => unit!(Transmits::<CodecOut, List>::new(4, random, |p| &p.codec_out)),
        (4, _) => unit!(Transmits::<CodecOut, Pausable<List>>::new(4, random, |p| &p.codec_out)),
        (5, 0..=2) => unit!(In::<CodecIn, Linear>::new(4, random, |p| &p.codec_in)),
        (5, 3..=5) => unit!(In::<CodecIn, Pausable<Linear>>::new(4, random, |p| &p.codec_in)),
        (5, 6..=8) => unit!(In::<CodecIn, Rect>::new(4, random, |p| &p.codec_in)),
        (5, 9 | 10) => unit!(In::<CodecIn, Pausable<Rect>>::new(4, random, |p| &p.codec_in)),
        (5, 11..=13) => unit!(Receives::<CodecIn, List>::new(4, random, |p| &p.codec_in)),
        (5, _) => unit!(Receives::<CodecIn, Pausable<List>>::new(4, random, |p| &p.codec_in)),
        (6.., 0..=7) => unit!(Out::<SpiOut, Linear>::new(1, random, |p| &p.spi_out)),
        _ => unit!(In::<SpiIn, Linear>::new(1, random, |p| &p.spi_in)),
    }
}

/// A copy of bytes, in one block or in rows.
struct Copy<S> {
    areas: [Area; 2],
    grid: Grid,
    shape: S,
}

impl<S: Form<Inner: OfGrid>> Copy<S> {
    fn new(random: &mut Random) -> Self {
        let grid = S::Inner::grid(700, 1, random);
        let areas = [0, 1].map(|side| Area::anywhere(grid.reach(side), random));
        let inner = S::Inner::of_grid(grid, 1, areas.map(|area| area.at::<u8>()));
        Self { areas, grid, shape: S::form(inner, random) }
    }
}

pub(super) fn pair(areas: [Area; 2], cx: &Task<'_>, world: &World, random: &mut Random) -> CopyPair<u8> {
    CopyPair { source: areas[0].filled(cx, world, random), destination: areas[1].buffer(cx, world) }
}

pub(super) fn check_pair(tally: &Tally, areas: [Area; 2], mut pair: CopyPair<u8>, whole: bool) {
    if whole {
        tally.same("at the destination", &pair.destination, &pair.source);
    }
    areas[0].check_guards(tally, &mut pair.source, |_| false);
    areas[1].check_guards(tally, &mut pair.destination, |_| false);
}

impl<S: Form + Goes<MemoryToMemory>> Kind for Copy<S>
where
    S: Shape<Of<CopyPair<u8>> = CopyPair<u8>>,
{
    type End = Copy8;
    type Shape = S;
    const WAY: &'static str = "copy";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Copy8>) -> Ready<Copy8, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> CopyPair<u8> {
        pair(self.areas, cx, world, random)
    }
    fn check_whole(&mut self, world: &World, bufs: CopyPair<u8>) {
        let expected = self.grid.words(0, &bufs.source);
        world.tally.same("at the destination", &self.grid.words(1, &bufs.destination), &expected);
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, world: &World, mut bufs: CopyPair<u8>) {
        self.areas[0].check_guards(&world.tally, &mut bufs.source, |_| false);
        self.areas[1].check_guards(&world.tally, &mut bufs.destination, |at| self.grid.is_gap(1, at));
    }
    fn forget(&mut self, _: &World) {}
}

/// Zeros.
struct Zeros(Area);

impl Zeros {
    fn new(random: &mut Random) -> Self {
        let len = random.within(1, 500);
        Self(Area::anywhere(len, random))
    }
}

impl Kind for Zeros {
    type End = MemoryFill<Dmac0>;
    type Shape = Linear;
    const WAY: &'static str = "zeros";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Self::End>) -> Ready<Self::End, Linear> {
        channel.prepare(cx, Linear::new(self.0.bytes::<u8>()).at(0, self.0.at::<u8>()))
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, _: &mut Random) -> DmaBuf<u8> {
        self.0.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<u8>) {
        world.tally.same("in zeros", &bufs, &vec![0; bufs.len()]);
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, world: &World, mut bufs: DmaBuf<u8>) {
        self.0.check_guards(&world.tally, &mut bufs, |_| false);
    }
    fn forget(&mut self, _: &World) {}
}

/// A word again and again.
struct Patterns {
    area: Area,
    word: u32,
}

impl Patterns {
    fn new(random: &mut Random) -> Self {
        let len = random.within(1, 120);
        Self { area: Area::anywhere(len, random), word: random.next() as u32 }
    }
}

impl Kind for Patterns {
    type End = MemoryFill<Dmac0, u32>;
    type Shape = Linear;
    const WAY: &'static str = "pattern";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Self::End>) -> Ready<Self::End, Linear> {
        let linear = Linear::new(self.area.bytes::<u32>()).at(0, self.area.at::<u32>());
        channel.prepare_pattern(cx, linear, self.word)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, _: &mut Random) -> DmaBuf<u32> {
        self.area.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<u32>) {
        world.tally.same("in a pattern", &bufs, &vec![self.word; bufs.len()]);
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, world: &World, mut bufs: DmaBuf<u32>) {
        self.area.check_guards(&world.tally, &mut bufs, |_| false);
    }
    fn forget(&mut self, _: &World) {}
}
