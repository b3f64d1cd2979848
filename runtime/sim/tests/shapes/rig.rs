use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    self, Channel, CopyPair, DeviceToMemory, Dmac, Endpoint, Goes, Handshake, MemoryCopy, MemoryFill, MemoryToDevice,
    Port, Prepared, Shape, Transfer,
};
use linkwright::mmio::Word;
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Config, FifoConfig, FifoPeripheral, Outcome, Pl330Sim, SimMemory};

#[derive(Debug)]
pub(crate) enum Dmac0 {}
impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

pub(crate) type Copier = MemoryCopy<Dmac0>;
pub(crate) type Filler = MemoryFill<Dmac0>;

pub(crate) const FIFO: u32 = 0x4000_0000;
pub(crate) const LINE: u8 = 2;
pub(crate) const LONG: u64 = 100_000_000;

macro_rules! endpoint {
    ($name:ident, $direction:ty, $word:ty, $port:expr) => {
        #[derive(Debug)]
        pub(crate) enum $name {}
        // SAFETY: true of the board that `Rig` makes.
        unsafe impl Endpoint for $name {
            type Controller = Dmac0;
            type Peer = Dmac0;
            type Direction = $direction;
            type Word = $word;
            const PORT: Option<Port> = Some($port);
        }
    };
}
endpoint!(Tx, MemoryToDevice, u32, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(Rx, DeviceToMemory, u32, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(TxSingle, MemoryToDevice, u32, Port::new(LINE, FIFO));
endpoint!(RxSingle, DeviceToMemory, u32, Port::new(LINE, FIFO));
endpoint!(RxAny, DeviceToMemory, u32, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Peripheral));
endpoint!(Nowhere, MemoryToDevice, u32, Port::new(200, FIFO));

pub(crate) static POWER: AlwaysOn = AlwaysOn::new();

pub(crate) struct Rig {
    pub(crate) board: Board,
    pub(crate) device: FifoPeripheral,
    pub(crate) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(FifoConfig::transmitter(4, Some(8)), dma::Config::DEFAULT)
    }

    pub(crate) fn transmitter() -> Self {
        Self::with(FifoConfig { singles: true, ..FifoConfig::transmitter(4, Some(8)) }, dma::Config::DEFAULT)
    }

    pub(crate) fn receiver() -> Self {
        Self::with(FifoConfig { singles: true, ..FifoConfig::receiver(4, Some(8)) }, dma::Config::DEFAULT)
    }

    pub(crate) fn with(fifo: FifoConfig, config: dma::Config) -> Self {
        Self::on(Config::zynq7000(), fifo, config)
    }

    /// Where each register access takes so many ticks.
    pub(crate) fn with_register_access(ticks: u32) -> Self {
        let mut instance = Config::zynq7000();
        instance.timing.register_access = ticks;
        Self::on(instance, FifoConfig::transmitter(4, Some(8)), dma::Config::DEFAULT)
    }

    pub(crate) fn on(instance: Config, fifo: FifoConfig, config: dma::Config) -> Self {
        let device = FifoPeripheral::new(fifo);
        let memory = SimMemory::new().with_device(FIFO, 4, device.clone());
        let board = Board::with_memory(instance, memory).unwrap();
        board.dmac.attach(LINE, device.requester());
        let config = dma::Config { release_polls: 100_000, ..config };
        let dmac = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, board.programs, config)));
        Self { board, device, dmac }
    }

    pub(crate) fn power(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, &POWER).unwrap()
    }

    pub(crate) fn claim<E: Endpoint<Controller = Dmac0, Peer = Dmac0>>(&self, cx: &Task<'_>) -> Channel<E> {
        self.dmac.claim(cx).unwrap()
    }

    pub(crate) fn prepare<E: Endpoint<Controller = Dmac0, Peer = Dmac0>, S: Goes<E::Direction>>(
        &self,
        cx: &Task<'_>,
        shape: S,
    ) -> Prepared<E, S> {
        self.claim::<E>(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"))
    }

    /// A buffer whose window lies `offset` words into it and holds `contents`; the rest holds 0xa5.
    pub(crate) fn buffer<W: Word>(&self, cx: &Task<'_>, offset: usize, contents: &[W]) -> DmaBuf<W> {
        let mut buf = self.board.data.alloc::<W>(cx, offset + contents.len() + 40).unwrap();
        buf.fill(W::truncate(0xa5a5_a5a5));
        buf.set_window(offset, contents.len()).unwrap();
        buf.copy_from_slice(contents);
        buf
    }

    pub(crate) fn pair(&self, cx: &Task<'_>, at: (usize, usize), data: &[u8]) -> CopyPair<u8> {
        CopyPair { source: self.buffer(cx, at.0, data), destination: self.buffer(cx, at.1, &vec![0xee; data.len()]) }
    }

    /// To the next interrupt, and serve it; `false` when there is none.
    pub(crate) fn serve(&self) -> bool {
        let came = self.board.dmac.run_until_interrupt(LONG) == Outcome::Reached;
        came && simulated_interrupt(|| self.dmac.irq())
    }

    /// Interrupts as they come, until the transfer has ended; returns how many there were.
    pub(crate) fn until_done<E: Endpoint, S: Shape>(&self, transfer: &Transfer<'_, E, S>) -> u32 {
        let mut interrupts = 0;
        while !transfer.is_done() {
            assert!(self.serve(), "{:?}", self.board.dmac);
            interrupts += 1;
        }
        interrupts
    }

    /// What came out of the transmitter.
    pub(crate) fn sent(&self) -> Vec<u32> {
        self.device.take().chunks(4).map(|w| u32::from_le_bytes(w.try_into().unwrap())).collect()
    }

    pub(crate) fn feed(&self, words: &[u32]) {
        self.device.feed(&words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>());
    }
}

/// A recognisable pattern.
pub(crate) fn bytes(len: usize, seed: u32) -> Vec<u8> {
    (0..len as u32).map(|i| ((i + seed).wrapping_mul(0x9e37_79b1) >> 13) as u8).collect()
}

pub(crate) fn words(len: usize, seed: u32) -> Vec<u32> {
    (0..len as u32).map(|i| (i + seed).wrapping_mul(0x9e37_79b1)).collect()
}

/// The window holds `expected`, and what lies around it is untouched.
pub(crate) fn check<W: Word>(buf: &mut DmaBuf<W>, expected: &[W]) {
    assert!(buf[..expected.len()] == *expected, "wrong data");
    let at = buf.bus_address();
    let len = buf.len();
    buf.reset_window();
    let start = (at - buf.bus_address()) as usize / size_of::<W>();
    let guard = W::truncate(0xa5a5_a5a5);
    let (before, rest) = buf.split_at(start);
    assert!(before.iter().chain(&rest[len..len + 40]).all(|w| *w == guard), "written beside the window");
    buf.set_window(start, len).unwrap();
}
