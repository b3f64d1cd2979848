use std::marker::PhantomData;

use bench_board::{CodecIn, CodecOut, Dmac0, SpiIn, SpiOut, UartIn, UartOut};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Channel, CopyPair, DeviceToMemory, Endpoint, Goes, Linear, MemoryCopy, MemoryFill, MemoryToDevice, MemoryToMemory,
    Pausable, Prepared, Rect,
};
use linkwright::mmio::Word;
use linkwright_sim::FifoPeripheral;

use super::Score;
use super::area::Area;
use super::client::{Client, Kind, Ready, Unit};
use super::lists::List;
use super::ports::{Ports, check};
use super::random::Random;
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
    match (who, random.below(8)) {
        (0..=2, 0) => unit!(Copy::<Linear>::new(random)),
        (0..=2, 1 | 2) => unit!(Copy::<Pausable<Linear>>::new(random)),
        (0..=2, 3) => unit!(List::<Copy8, CopyPair<u8>>::copies(random)),
        (0..=2, 4 | 5) => unit!(Rectangle::new(random)),
        (0..=2, 6) => unit!(Zeros::new(random)),
        (0..=2, _) => unit!(Patterns::new(random)),
        (3, 0..=3) => unit!(Out::<UartOut, Linear>::new(random, |p| &p.uart_out)),
        (3, _) => unit!(In::<UartIn, Linear>::new(random, |p| &p.uart_in)),
        (4, 0..=2) => unit!(Out::<CodecOut, Linear>::new(random, |p| &p.codec_out)),
        (4, 3..=5) => unit!(Out::<CodecOut, Pausable<Linear>>::new(random, |p| &p.codec_out)),
        (4, _) => unit!(List::<CodecOut, DmaBuf<u32>>::transmits(random, |p| &p.codec_out)),
        (5, 0..=3) => unit!(In::<CodecIn, Linear>::new(random, |p| &p.codec_in)),
        (5, _) => unit!(In::<CodecIn, Pausable<Linear>>::new(random, |p| &p.codec_in)),
        (6.., 0..=3) => unit!(Out::<SpiOut, Linear>::new(random, |p| &p.spi_out)),
        _ => unit!(In::<SpiIn, Linear>::new(random, |p| &p.spi_in)),
    }
}

/// A shape that a [`Kind`] of one block can have.
pub(super) trait Simple: linkwright::dma::Shape + Sized {
    fn simple(linear: Linear, random: &mut Random) -> Self;
    fn pause<E: Endpoint>(_: &Prepared<E, Self>) -> bool {
        false
    }
    fn is_paused<E: Endpoint>(_: &Prepared<E, Self>) -> bool {
        false
    }
    fn resume<E: Endpoint>(_: &Prepared<E, Self>) {}
}

impl Simple for Linear {
    fn simple(linear: Linear, _: &mut Random) -> Self {
        linear
    }
}

impl Simple for Pausable<Linear> {
    fn simple(linear: Linear, random: &mut Random) -> Self {
        Self::every(random.within(1, 6) as u16, linear)
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

/// A copy of bytes.
struct Copy<S> {
    areas: [Area; 2],
    shape: S,
}

impl<S: Simple> Copy<S> {
    fn new(random: &mut Random) -> Self {
        let len = random.within(1, 700);
        let areas = [Area::anywhere(len, random), Area::anywhere(len, random)];
        let linear = Linear::new(areas[0].bytes::<u8>()).at(areas[0].at::<u8>(), areas[1].at::<u8>());
        Self { areas, shape: S::simple(linear, random) }
    }
}

pub(super) fn pair(areas: [Area; 2], cx: &Task<'_>, world: &World, random: &mut Random) -> CopyPair<u8> {
    CopyPair { source: areas[0].filled(cx, world, random), destination: areas[1].buffer(cx, world) }
}

pub(super) fn check_pair(areas: [Area; 2], mut pair: CopyPair<u8>, whole: bool) {
    assert!(!whole || pair.source[..] == pair.destination[..], "wrong data");
    areas[0].check_guards(&mut pair.source, |_| false);
    areas[1].check_guards(&mut pair.destination, |_| false);
}

impl<S: Simple + Goes<MemoryToMemory>> Kind for Copy<S>
where
    S: linkwright::dma::Shape<Of<CopyPair<u8>> = CopyPair<u8>>,
{
    type End = Copy8;
    type Shape = S;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Copy8>) -> Ready<Copy8, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> CopyPair<u8> {
        pair(self.areas, cx, world, random)
    }
    fn check_whole(&mut self, _: &World, bufs: CopyPair<u8>) {
        check_pair(self.areas, bufs, true);
    }
    fn check_part(&mut self, _: &World, bufs: CopyPair<u8>) {
        check_pair(self.areas, bufs, false);
    }
    fn forget(&mut self, _: &World) {}
    fn pause(prepared: &Prepared<Copy8, S>) -> bool {
        S::pause(prepared)
    }
    fn is_paused(prepared: &Prepared<Copy8, S>) -> bool {
        S::is_paused(prepared)
    }
    fn resume(prepared: &Prepared<Copy8, S>) {
        S::resume(prepared);
    }
}

/// Rows out of one rectangle into another.
struct Rectangle {
    areas: [Area; 2],
    row: usize,
    pitch: [usize; 2],
    rows: usize,
}

impl Rectangle {
    fn new(random: &mut Random) -> Self {
        let (row, rows) = (random.within(1, 70), random.within(1, 7));
        let pitch = [row + random.below(40), row + random.below(40)];
        let area = |pitch: usize, random: &mut Random| Area::anywhere(pitch * (rows - 1) + row, random);
        Self { areas: [area(pitch[0], random), area(pitch[1], random)], row, pitch, rows }
    }
}

impl Kind for Rectangle {
    type End = Copy8;
    type Shape = Rect;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Copy8>) -> Ready<Copy8, Rect> {
        let rect = Rect::new(self.row as u32, self.rows as u32).pitch(self.pitch[0] as u32, self.pitch[1] as u32);
        channel.prepare(cx, rect.at(self.areas[0].at::<u8>(), self.areas[1].at::<u8>()))
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> CopyPair<u8> {
        pair(self.areas, cx, world, random)
    }
    fn check_whole(&mut self, world: &World, bufs: CopyPair<u8>) {
        for row in 0..self.rows {
            let (from, to) = (row * self.pitch[0], row * self.pitch[1]);
            assert!(
                bufs.source[from..from + self.row] == bufs.destination[to..to + self.row],
                "wrong data in row {row}"
            );
        }
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, _: &World, mut bufs: CopyPair<u8>) {
        self.areas[0].check_guards(&mut bufs.source, |_| false);
        let (row, pitch) = (self.row, self.pitch[1]);
        self.areas[1].check_guards(&mut bufs.destination, |at| at % pitch >= row);
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

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Self::End>) -> Ready<Self::End, Linear> {
        channel.prepare(cx, Linear::new(self.0.bytes::<u8>()).at(0, self.0.at::<u8>()))
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, _: &mut Random) -> DmaBuf<u8> {
        self.0.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<u8>) {
        assert!(bufs.iter().all(|byte| *byte == 0), "wrong data");
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, _: &World, mut bufs: DmaBuf<u8>) {
        self.0.check_guards(&mut bufs, |_| false);
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

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Self::End>) -> Ready<Self::End, Linear> {
        let linear = Linear::new(self.area.bytes::<u32>()).at(0, self.area.at::<u32>());
        channel.prepare_pattern(cx, linear, self.word)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, _: &mut Random) -> DmaBuf<u32> {
        self.area.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<u32>) {
        assert!(bufs.iter().all(|word| *word == self.word), "wrong data");
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, _: &World, mut bufs: DmaBuf<u32>) {
        self.area.check_guards(&mut bufs, |_| false);
    }
    fn forget(&mut self, _: &World) {}
}

/// The bytes of words.
pub(super) fn bytes<'a, W: Word>(words: impl Iterator<Item = &'a W>) -> Vec<u8> {
    words.flat_map(|word| word.widen().to_le_bytes().into_iter().take(size_of::<W>())).collect()
}

/// Does the device decide which requests it makes?
fn decides<E: Endpoint>() -> bool {
    E::PORT.is_some_and(|port| port.request() == SpiOut::LINE || port.request() == SpiIn::LINE)
}

/// A device that decides itself which requests it makes knows how many words there are.
fn expect(area: &Area, decides: bool, port: &FifoPeripheral) {
    if decides {
        port.expect(area.len as u64);
    }
}

/// Memory to a device.
struct Out<E, S> {
    area: Area,
    shape: S,
    port: fn(&Ports) -> &FifoPeripheral,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, S: Simple> Out<E, S> {
    fn new(random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        let len = random.within(1, 90);
        let area = Area::anywhere(len, random);
        let at = area.at::<E::Word>();
        let shape = S::simple(Linear::new(area.bytes::<E::Word>()).at(at, at), random);
        Self { area, shape, port, expected: Vec::new(), end: PhantomData }
    }
}

impl<E, S> Kind for Out<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = MemoryToDevice>,
    S: Simple + Goes<MemoryToDevice> + linkwright::dma::Shape<Of<DmaBuf<E::Word>> = DmaBuf<E::Word>>,
{
    type End = E;
    type Shape = S;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> DmaBuf<E::Word> {
        let buffer = self.area.filled(cx, world, random);
        self.expected = bytes(buffer.iter());
        expect(&self.area, decides::<E>(), (self.port)(&world.ports));
        buffer
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<E::Word>) {
        let port = (self.port)(&world.ports);
        check(port);
        assert!(port.take() == self.expected, "wrong data for the device");
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, world: &World, mut bufs: DmaBuf<E::Word>) {
        let got = (self.port)(&world.ports).take();
        assert!(self.expected.starts_with(&got), "wrong data for the device");
        self.area.check_guards(&mut bufs, |_| false);
    }
    fn forget(&mut self, world: &World) {
        (self.port)(&world.ports).reset();
    }
    fn pause(prepared: &Prepared<E, S>) -> bool {
        S::pause(prepared)
    }
    fn is_paused(prepared: &Prepared<E, S>) -> bool {
        S::is_paused(prepared)
    }
    fn resume(prepared: &Prepared<E, S>) {
        S::resume(prepared);
    }
}

/// A device to memory.
struct In<E, S> {
    area: Area,
    shape: S,
    port: fn(&Ports) -> &FifoPeripheral,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, S: Simple> In<E, S> {
    fn new(random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        let Out { area, shape, port, .. } = Out::<E, S>::new(random, port);
        Self { area, shape, port, expected: Vec::new(), end: PhantomData }
    }
}

impl<E, S> Kind for In<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = DeviceToMemory>,
    S: Simple + Goes<DeviceToMemory> + linkwright::dma::Shape<Of<DmaBuf<E::Word>> = DmaBuf<E::Word>>,
{
    type End = E;
    type Shape = S;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> DmaBuf<E::Word> {
        let port = (self.port)(&world.ports);
        port.reset();
        self.expected = (0..self.area.bytes::<E::Word>()).map(|_| random.next() as u8).collect();
        port.feed(&self.expected);
        expect(&self.area, decides::<E>(), port);
        self.area.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<E::Word>) {
        check((self.port)(&world.ports));
        assert!(bytes(bufs.iter()) == self.expected, "wrong data from the device");
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, _: &World, mut bufs: DmaBuf<E::Word>) {
        self.area.check_guards(&mut bufs, |_| false);
    }
    fn forget(&mut self, world: &World) {
        (self.port)(&world.ports).reset();
    }
    fn pause(prepared: &Prepared<E, S>) -> bool {
        S::pause(prepared)
    }
    fn is_paused(prepared: &Prepared<E, S>) -> bool {
        S::is_paused(prepared)
    }
    fn resume(prepared: &Prepared<E, S>) {
        S::resume(prepared);
    }
}
