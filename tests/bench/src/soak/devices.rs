use std::marker::PhantomData;

use bench_board::{Dmac0, SpiIn, SpiOut};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{Channel, DeviceToMemory, Endpoint, Goes, MemoryToDevice, Shape};
use linkwright::mmio::Word;
use linkwright_sim::FifoPeripheral;

use super::area::Area;
use super::client::{Kind, Ready};
use super::forms::{Form, Grid, OfGrid};
use super::ports::{Ports, check};
use super::random::Random;
use super::world::World;

/// The bytes of words.
pub(super) fn bytes<W: Word>(words: &[W]) -> Vec<u8> {
    words.iter().flat_map(|word| word.widen().to_le_bytes().into_iter().take(size_of::<W>())).collect()
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
pub(super) struct Out<E, S> {
    area: Area,
    grid: Grid,
    shape: S,
    port: fn(&Ports) -> &FifoPeripheral,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, S: Form<Inner: OfGrid>> Out<E, S> {
    /// Rows of whole `unit`s.
    pub(super) fn new(unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        Self::on(0, unit, random, port)
    }

    /// Where `side` is the memory.
    fn on(side: usize, unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        let mut grid = S::Inner::grid(90, unit, random);
        // The side that is no memory has none.
        grid.pitch = [grid.pitch[side]; 2];
        let area = Area::anywhere(grid.reach(0), random);
        let inner = S::Inner::of_grid(grid, size_of::<E::Word>(), [area.at::<E::Word>(); 2]);
        Self { area, grid, shape: S::form(inner, random), port, expected: Vec::new(), end: PhantomData }
    }
}

impl<E, S> Kind for Out<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = MemoryToDevice>,
    S: Form + Goes<MemoryToDevice> + Shape<Of<DmaBuf<E::Word>> = DmaBuf<E::Word>>,
{
    type End = E;
    type Shape = S;
    const WAY: &'static str = "to a device";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> DmaBuf<E::Word> {
        let buffer = self.area.filled(cx, world, random);
        self.expected = bytes(&self.grid.words(0, &buffer));
        expect(&self.area, decides::<E>(), (self.port)(&world.ports));
        buffer
    }
    fn check_whole(&mut self, world: &World, mut bufs: DmaBuf<E::Word>) {
        let port = (self.port)(&world.ports);
        check(port);
        let got = port.take();
        world.tally.same("at the device", &got, &self.expected);
        self.area.check_guards(&world.tally, &mut bufs, |_| false);
    }
    fn check_part(&mut self, world: &World, mut bufs: DmaBuf<E::Word>) {
        let got = (self.port)(&world.ports).take();
        world.tally.begins("at the device", &got, &self.expected);
        self.area.check_guards(&world.tally, &mut bufs, |_| false);
    }
    fn forget(&mut self, world: &World) {
        (self.port)(&world.ports).reset();
    }
}

/// A device to memory.
pub(super) struct In<E, S> {
    area: Area,
    grid: Grid,
    shape: S,
    port: fn(&Ports) -> &FifoPeripheral,
    expected: Vec<u8>,
    end: PhantomData<E>,
}

impl<E: Endpoint, S: Form<Inner: OfGrid>> In<E, S> {
    /// Rows of whole `unit`s.
    pub(super) fn new(unit: usize, random: &mut Random, port: fn(&Ports) -> &FifoPeripheral) -> Self {
        let Out { area, grid, shape, port, .. } = Out::<E, S>::on(1, unit, random, port);
        Self { area, grid, shape, port, expected: Vec::new(), end: PhantomData }
    }
}

impl<E, S> Kind for In<E, S>
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = DeviceToMemory>,
    S: Form + Goes<DeviceToMemory> + Shape<Of<DmaBuf<E::Word>> = DmaBuf<E::Word>>,
{
    type End = E;
    type Shape = S;
    const WAY: &'static str = "from a device";

    fn prepare(&self, cx: &Task<'_>, channel: Channel<E>) -> Ready<E, S> {
        channel.prepare(cx, self.shape)
    }
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> DmaBuf<E::Word> {
        let port = (self.port)(&world.ports);
        port.reset();
        self.expected =
            (0..self.grid.row * self.grid.rows * size_of::<E::Word>()).map(|_| random.next() as u8).collect();
        port.feed(&self.expected);
        expect(&self.area, decides::<E>(), port);
        self.area.buffer(cx, world)
    }
    fn check_whole(&mut self, world: &World, bufs: DmaBuf<E::Word>) {
        check((self.port)(&world.ports));
        world.tally.same("from the device", &bytes(&self.grid.words(0, &bufs)), &self.expected);
        self.check_part(world, bufs);
    }
    fn check_part(&mut self, world: &World, mut bufs: DmaBuf<E::Word>) {
        self.area.check_guards(&world.tally, &mut bufs, |at| self.grid.is_gap(0, at));
    }
    fn forget(&mut self, world: &World) {
        (self.port)(&world.ports).reset();
    }
}
