use std::collections::VecDeque;
use std::marker::PhantomData;

use bench_board::CodecOut;
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{BlockBuffers, Channel, CopyPair, Endpoint, Linear, SegmentStorage, Segments, Sg};
use linkwright_sim::FifoPeripheral;

use super::area::Area;
use super::client::{Kind, Ready};
use super::kinds::{Copy8, bytes, check_pair, pair};
use super::ports::{Ports, check};
use super::random::Random;
use super::world::World;

/// Most pieces of a list.
const PIECES: usize = 4;

/// Several pieces in one program.
pub(super) struct List<E: Endpoint, B: BlockBuffers> {
    areas: Vec<[Area; 2]>,
    events_every: u16,
    /// Rooms of lists, used in turn: one may still be with the engine.
    rooms: VecDeque<&'static SegmentStorage<B, PIECES>>,
    port: Option<fn(&Ports) -> &FifoPeripheral>,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, B: BlockBuffers> List<E, B> {
    /// Pieces of at most `longest` words, each a multiple of `unit`.
    fn new(longest: usize, unit: usize, port: Option<fn(&Ports) -> &FifoPeripheral>, random: &mut Random) -> Self {
        let pieces = random.within(1, PIECES);
        let piece = |random: &mut Random| {
            let len = random.within(1, longest / unit) * unit;
            [Area::anywhere(len, random), Area::anywhere(len, random)]
        };
        let areas = (0..pieces).map(|_| piece(random)).collect();
        let rooms = VecDeque::from([&*Box::leak(Box::new(SegmentStorage::new()))]);
        let events_every = random.below(3) as u16;
        Self { areas, events_every, rooms, port, expected: Vec::new(), end: PhantomData }
    }

    fn shape(&self, word: usize) -> Sg<PIECES> {
        let block = |[from, to]: &[Area; 2]| match word {
            1 => Linear::new(from.bytes::<u8>()).at(from.at::<u8>(), to.at::<u8>()),
            _ => Linear::new(from.bytes::<u32>()).at(from.at::<u32>(), from.at::<u32>()),
        };
        let blocks: Vec<Linear> = self.areas.iter().map(block).collect();
        Sg::new(&blocks).events_every(self.events_every)
    }

    fn list(&mut self) -> Segments<B, PIECES> {
        if let Some(list) = self.rooms.iter().find_map(|room| room.take()) {
            return list;
        }
        // Dropped transfers keep their rooms until the hardware is quiet.
        self.rooms.push_back(Box::leak(Box::new(SegmentStorage::new())));
        self.rooms.back().and_then(|room| room.take()).unwrap_or_else(|| panic!("new room is free"))
    }
}

impl List<Copy8, CopyPair<u8>> {
    pub(super) fn copies(random: &mut Random) -> Self {
        Self::new(150, 1, None, random)
    }
}

impl List<CodecOut, DmaBuf<u32>> {
    pub(super) fn transmits(random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        // A piece does not end within a burst of the device.
        Self::new(32, 4, Some(port), random)
    }
}

impl Kind for List<Copy8, CopyPair<u8>> {
    type End = Copy8;
    type Shape = Sg<PIECES>;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Copy8>) -> Ready<Copy8, Sg<PIECES>> {
        channel.prepare(cx, self.shape(1))
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> Segments<CopyPair<u8>, PIECES> {
        let mut list = self.list();
        for areas in &self.areas {
            assert!(list.push(pair(*areas, cx, world, random)).is_ok());
        }
        list
    }
    fn check_whole(&mut self, _: &World, mut list: Segments<CopyPair<u8>, PIECES>) {
        assert_eq!(list.len(), self.areas.len());
        for areas in self.areas.iter().rev() {
            list.pop().into_iter().for_each(|pair| check_pair(*areas, pair, true));
        }
    }
    fn check_part(&mut self, _: &World, mut list: Segments<CopyPair<u8>, PIECES>) {
        for areas in self.areas.iter().rev() {
            list.pop().into_iter().for_each(|pair| check_pair(*areas, pair, false));
        }
    }
    fn forget(&mut self, _: &World) {}
}

impl Kind for List<CodecOut, DmaBuf<u32>> {
    type End = CodecOut;
    type Shape = Sg<PIECES>;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<CodecOut>) -> Ready<CodecOut, Sg<PIECES>> {
        channel.prepare(cx, self.shape(4))
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> Segments<DmaBuf<u32>, PIECES> {
        let mut list = self.list();
        self.expected.clear();
        for [area, _] in &self.areas {
            let buffer = area.filled::<u32>(cx, world, random);
            self.expected.extend(bytes(buffer.iter()));
            assert!(list.push(buffer).is_ok());
        }
        list
    }
    fn check_whole(&mut self, world: &World, list: Segments<DmaBuf<u32>, PIECES>) {
        let port = self.port.map(|port| port(&world.ports));
        assert!(port.is_some_and(|port| port.take() == self.expected), "wrong data for the device");
        port.into_iter().for_each(check);
        self.check_part(world, list);
    }
    fn check_part(&mut self, _: &World, mut list: Segments<DmaBuf<u32>, PIECES>) {
        for [area, _] in self.areas.iter().rev() {
            list.pop().into_iter().for_each(|mut buffer| area.check_guards(&mut buffer, |_| false));
        }
    }
    fn forget(&mut self, world: &World) {
        self.port.into_iter().for_each(|port| port(&world.ports).reset());
    }
}
