use std::collections::VecDeque;
use std::marker::PhantomData;

use bench_board::Dmac0;
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    BlockBuffers, Channel, CopyPair, DeviceToMemory, Endpoint, Goes, Linear, MemoryToDevice, MemoryToMemory,
    SegmentStorage, Segments, Sg, Shape,
};
use linkwright::mmio::Word;
use linkwright_sim::FifoPeripheral;

use super::area::Area;
use super::client::{Kind, Ready};
use super::devices::bytes;
use super::forms::Form;
use super::kinds::{Copy8, check_pair, pair};
use super::ports::{Ports, check};
use super::random::Random;
use super::world::World;

/// Most pieces of a list.
pub(super) const PIECES: usize = 4;

/// The pieces of a list.
struct Pieces<B: BlockBuffers, S> {
    areas: Vec<[Area; 2]>,
    shape: S,
    /// Rooms of lists, used in turn: one may still be with the engine.
    rooms: VecDeque<&'static SegmentStorage<B, PIECES>>,
}

impl<B: BlockBuffers, S: Form<Inner = Sg<PIECES>>> Pieces<B, S> {
    /// Pieces of at most `longest` words `W`, each a multiple of `unit`; `blocks` says where they lie.
    fn new<W: Word>(
        longest: usize,
        unit: usize,
        random: &mut Random,
        places: impl Fn(&[Area; 2]) -> [Area; 2],
    ) -> Self {
        let pieces = random.within(1, PIECES);
        let piece = |random: &mut Random| {
            let len = random.within(1, longest / unit) * unit;
            [Area::anywhere(len, random), Area::anywhere(len, random)]
        };
        let areas: Vec<_> = (0..pieces).map(|_| piece(random)).collect();
        let block = |areas: &[Area; 2]| {
            let [from, to] = places(areas);
            Linear::new(from.bytes::<W>()).at(from.at::<W>(), to.at::<W>())
        };
        let blocks: Vec<Linear> = areas.iter().map(block).collect();
        let shape = S::form(Sg::new(&blocks).events_every(random.below(3) as u16), random);
        Self { areas, shape, rooms: VecDeque::from([&*Box::leak(Box::new(SegmentStorage::new()))]) }
    }

    fn list(&mut self) -> Segments<B, PIECES> {
        if let Some(list) = self.rooms.iter().find_map(|room| room.take()) {
            return list;
        }
        // Dropped transfers keep their rooms until the hardware is quiet.
        self.rooms.push_back(Box::leak(Box::new(SegmentStorage::new())));
        self.rooms.back().and_then(|room| room.take()).unwrap_or_else(|| panic!("new room is free"))
    }

    /// All buffers of the list, first piece first, each with where it is.
    fn taken(&self, mut list: Segments<B, PIECES>) -> Vec<([Area; 2], B)> {
        assert_eq!(list.len(), self.areas.len(), "buffers of a list got lost");
        let mut taken: Vec<_> = self.areas.iter().rev().filter_map(|areas| Some((*areas, list.pop()?))).collect();
        taken.reverse();
        taken
    }
}

/// Copies of several pieces in one program.
pub(super) struct Copies<S>(Pieces<CopyPair<u8>, S>);

impl<S: Form<Inner = Sg<PIECES>>> Copies<S> {
    pub(super) fn new(random: &mut Random) -> Self {
        Self(Pieces::new::<u8>(150, 1, random, |areas| *areas))
    }
}

impl<S> Kind for Copies<S>
where
    S: Form<Inner = Sg<PIECES>> + Goes<MemoryToMemory>,
    S: Shape<Of<CopyPair<u8>> = Segments<CopyPair<u8>, PIECES>>,
{
    type End = Copy8;
    type Shape = S;
    const WAY: &'static str = "copy";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Copy8>) -> Ready<Copy8, S> {
        channel.prepare(cx, self.0.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> Segments<CopyPair<u8>, PIECES> {
        let mut list = self.0.list();
        for areas in &self.0.areas {
            assert!(list.push(pair(*areas, cx, world, random)).is_ok());
        }
        list
    }
    fn check_whole(&mut self, world: &World, list: Segments<CopyPair<u8>, PIECES>) {
        self.0.taken(list).into_iter().for_each(|(areas, pair)| check_pair(&world.tally, areas, pair, true));
    }
    fn check_part(&mut self, world: &World, list: Segments<CopyPair<u8>, PIECES>) {
        self.0.taken(list).into_iter().for_each(|(areas, pair)| check_pair(&world.tally, areas, pair, false));
    }
    fn forget(&mut self, _: &World) {}
}

/// Several pieces to or from a device.
struct AtDevice<E: Endpoint, S> {
    pieces: Pieces<DmaBuf<E::Word>, S>,
    port: fn(&Ports) -> &FifoPeripheral,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, S: Form<Inner = Sg<PIECES>>> AtDevice<E, S> {
    fn new(unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        // Memory is only on one side.
        let pieces = Pieces::new::<E::Word>(32, unit, random, |[area, _]| [*area; 2]);
        Self { pieces, port, expected: Vec::new(), end: PhantomData }
    }

    /// Nothing was written beside the pieces; returns what is in them.
    fn check(&self, world: &World, list: Segments<DmaBuf<E::Word>, PIECES>) -> Vec<u8> {
        let piece = |([area, _], mut buffer): ([Area; 2], DmaBuf<E::Word>)| {
            area.check_guards(&world.tally, &mut buffer, |_| false);
            bytes(&buffer)
        };
        self.pieces.taken(list).into_iter().flat_map(piece).collect()
    }
}

/// Several pieces to a device.
pub(super) struct Transmits<E: Endpoint, S>(AtDevice<E, S>);

impl<E: Endpoint, S: Form<Inner = Sg<PIECES>>> Transmits<E, S> {
    /// Each a multiple of `unit`.
    pub(super) fn new(unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        Self(AtDevice::new(unit, random, port))
    }
}

impl<E, S> Kind for Transmits<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = MemoryToDevice>,
    S: Form<Inner = Sg<PIECES>> + Goes<MemoryToDevice>,
    S: Shape<Of<DmaBuf<E::Word>> = Segments<DmaBuf<E::Word>, PIECES>>,
{
    type End = E;
    type Shape = S;
    const WAY: &'static str = "to a device";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.0.pieces.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> Segments<DmaBuf<E::Word>, PIECES> {
        let mut list = self.0.pieces.list();
        self.0.expected.clear();
        for [area, _] in &self.0.pieces.areas {
            let buffer = area.filled(cx, world, random);
            self.0.expected.extend(bytes(&buffer));
            assert!(list.push(buffer).is_ok());
        }
        list
    }
    fn check_whole(&mut self, world: &World, list: Segments<DmaBuf<E::Word>, PIECES>) {
        let port = (self.0.port)(&world.ports);
        check(port);
        world.tally.same("at the device", &port.take(), &self.0.expected);
        self.0.check(world, list);
    }
    fn check_part(&mut self, world: &World, list: Segments<DmaBuf<E::Word>, PIECES>) {
        world.tally.begins("at the device", &(self.0.port)(&world.ports).take(), &self.0.expected);
        self.0.check(world, list);
    }
    fn forget(&mut self, world: &World) {
        (self.0.port)(&world.ports).reset();
    }
}

/// Several pieces from a device.
pub(super) struct Receives<E: Endpoint, S>(AtDevice<E, S>);

impl<E: Endpoint, S: Form<Inner = Sg<PIECES>>> Receives<E, S> {
    /// Each a multiple of `unit`.
    pub(super) fn new(unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        Self(AtDevice::new(unit, random, port))
    }
}

impl<E, S> Kind for Receives<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = DeviceToMemory>,
    S: Form<Inner = Sg<PIECES>> + Goes<DeviceToMemory>,
    S: Shape<Of<DmaBuf<E::Word>> = Segments<DmaBuf<E::Word>, PIECES>>,
{
    type End = E;
    type Shape = S;
    const WAY: &'static str = "from a device";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.0.pieces.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> Segments<DmaBuf<E::Word>, PIECES> {
        let mut list = self.0.pieces.list();
        let mut words = 0;
        for [area, _] in &self.0.pieces.areas {
            words += area.len;
            assert!(list.push(area.buffer(cx, world)).is_ok());
        }
        let port = (self.0.port)(&world.ports);
        port.reset();
        self.0.expected = (0..words * size_of::<E::Word>()).map(|_| random.next() as u8).collect();
        port.feed(&self.0.expected);
        list
    }
    fn check_whole(&mut self, world: &World, list: Segments<DmaBuf<E::Word>, PIECES>) {
        check((self.0.port)(&world.ports));
        let got = self.0.check(world, list);
        world.tally.same("from the device", &got, &self.0.expected);
    }
    fn check_part(&mut self, world: &World, list: Segments<DmaBuf<E::Word>, PIECES>) {
        self.0.check(world, list);
    }
    fn forget(&mut self, world: &World) {
        (self.0.port)(&world.ports).reset();
    }
}
