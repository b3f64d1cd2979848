use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::{Arena, Mirror};
use linkwright::dma::{self, DeviceToMemory, Dmac, Endpoint, GatedRing, Handshake, MemoryToDevice, Port, Ring};
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Cache, Config, FifoConfig, FifoPeripheral, Outcome, Pl330Sim, SimMemory};

#[derive(Debug)]
pub(crate) enum Dmac0 {}
impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

pub(crate) const FIFO: u32 = 0x4000_0000;
pub(crate) const LINE: u8 = 2;
/// Ticks a word: slow beside the controller, as audio is.
pub(crate) const PACE: u32 = 40;
pub(crate) const LONG: u64 = 10_000_000;

macro_rules! endpoint {
    ($name:ident, $direction:ty, $port:expr) => {
        #[derive(Debug)]
        pub(crate) enum $name {}
        // SAFETY: true of the board that `Rig` makes.
        unsafe impl Endpoint for $name {
            type Controller = Dmac0;
            type Peer = Dmac0;
            type Direction = $direction;
            type Word = u16;
            const PORT: Option<Port> = Some($port);
        }
    };
}
endpoint!(Tx, MemoryToDevice, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(Rx, DeviceToMemory, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(TxSingle, MemoryToDevice, Port::new(LINE, FIFO));
endpoint!(RxSingle, DeviceToMemory, Port::new(LINE, FIFO));

/// Before its next cache maintenance so many ticks go by.
pub(crate) struct SlowProcessor {
    pub(crate) cache: &'static Cache,
    pub(crate) dmac: &'static Pl330Sim,
    pub(crate) ticks: AtomicU64,
}

impl SlowProcessor {
    pub(crate) fn dawdle(&self) {
        self.dmac.run(self.ticks.swap(0, SeqCst));
    }
}

impl Mirror for SlowProcessor {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        self.dawdle();
        self.cache.clean(bus, bytes);
    }
    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        self.dawdle();
        self.cache.invalidate(bus, bytes);
    }
    fn discard(&self, bus: u32, bytes: u32) {
        self.cache.discard(bus, bytes);
    }
}

pub(crate) static POWER: AlwaysOn = AlwaysOn::new();

pub(crate) struct Rig {
    pub(crate) board: Board,
    pub(crate) device: FifoPeripheral,
    pub(crate) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
}

impl Rig {
    pub(crate) fn new(fifo: FifoConfig) -> Self {
        let device = FifoPeripheral::new(fifo);
        let memory = SimMemory::new().with_device(FIFO, 4, device.clone());
        let board = Board::with_memory(Config::zynq7000(), memory).unwrap();
        board.dmac.attach(LINE, device.requester());
        Self::over(board, device)
    }

    pub(crate) fn over(board: Board, device: FifoPeripheral) -> Self {
        let config = dma::Config { release_polls: 100_000, ..dma::Config::DEFAULT };
        let dmac = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, board.programs, config)));
        Self { board, device, dmac }
    }

    /// The same board with a processor so slow that the device moves on in the middle of its cache maintenance.
    pub(crate) fn with_slow_processor(self) -> (Self, &'static SlowProcessor) {
        let Self { board, device, .. } = self;
        let slow = SlowProcessor { cache: board.cache, dmac: board.dmac, ticks: AtomicU64::new(0) };
        let slow: &'static SlowProcessor = Box::leak(Box::new(slow));
        let arena = |range: std::ops::Range<u32>| Arena::leak_mirrored(range.end - range.start, range.start, slow);
        let board = Board { programs: arena(Board::PROGRAMS), data: arena(Board::DATA), ..board };
        (Self::over(board, device), slow)
    }

    pub(crate) fn transmitter(pace: u32) -> Self {
        Self::new(FifoConfig { pace, ..FifoConfig::transmitter(2, Some(8)) })
    }

    pub(crate) fn receiver(pace: u32) -> Self {
        Self::new(FifoConfig { pace, patient: false, ..FifoConfig::receiver(2, Some(8)) })
    }

    pub(crate) fn ring<E: Endpoint<Controller = Dmac0, Word = u16>>(
        &self,
        cx: &Task<'_>,
        periods: u16,
        words: u32,
    ) -> Ring<E>
    where
        E::Direction: dma::WithDevice,
    {
        self.dmac.claim::<E>(cx).unwrap().prepare_ring(cx, periods, words).map_err(|(e, _)| e).unwrap()
    }

    pub(crate) fn gated<E: Endpoint<Controller = Dmac0, Word = u16>>(
        &self,
        cx: &Task<'_>,
        periods: u16,
        words: u32,
    ) -> GatedRing<E>
    where
        E::Direction: dma::WithDevice,
    {
        self.dmac.claim::<E>(cx).unwrap().prepare_gated_ring(cx, periods, words).map_err(|(e, _)| e).unwrap()
    }

    pub(crate) fn power(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, &POWER).unwrap()
    }

    pub(crate) fn buffer(&self, cx: &Task<'_>, words: impl ExactSizeIterator<Item = u16>) -> dma::memory::DmaBuf<u16> {
        let mut buffer = self.board.data.alloc::<u16>(cx, words.len()).unwrap();
        buffer.iter_mut().zip(words).for_each(|(place, word)| *place = word);
        buffer
    }

    /// To the next interrupt, and serve it.
    pub(crate) fn period(&self) {
        self.period_costs();
    }

    /// The same; returns how many registers serving it reads and writes.
    pub(crate) fn period_costs(&self) -> (u64, u64) {
        assert_eq!(self.board.dmac.run_until_interrupt(LONG), Outcome::Reached, "{:?}", self.board.dmac);
        let before = self.board.dmac.counters();
        simulated_interrupt(|| assert!(self.dmac.irq()));
        let after = self.board.dmac.counters();
        (after.register_reads - before.register_reads, after.register_writes - before.register_writes)
    }

    pub(crate) fn sent(&self) -> Vec<u16> {
        self.device.take().chunks(2).map(|word| u16::from_le_bytes([word[0], word[1]])).collect()
    }

    pub(crate) fn feed(&self, words: impl Iterator<Item = u16>) {
        let bytes: Vec<u8> = words.flat_map(u16::to_le_bytes).collect();
        self.device.feed(&bytes);
    }
}

/// Words that are told apart, over more than 65,536 of them by their neighbours.
pub(crate) fn word(n: usize) -> u16 {
    n as u16
}

pub(crate) fn consecutive(words: &[u16], first: usize) {
    for (i, w) in words.iter().enumerate() {
        assert_eq!(*w, word(first + i), "word {i} of {}", words.len());
    }
}
