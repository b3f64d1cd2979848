use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{self, CopyPair, Dmac, Linear, MemoryCopy, Prepared, Transfer};
use linkwright::power::{Active, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Config, Outcome, Pl330Sim, Supply};

pub(crate) enum Dmac0 {}

impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

pub(crate) type Endpoint = MemoryCopy<Dmac0>;
pub(crate) type Copier = Prepared<Endpoint, Linear>;
pub(crate) type Pair = CopyPair<u8>;

/// More ticks than any test takes.
pub(crate) const LONG: u64 = 100_000_000;

/// A board and its driver. Violations panic where they happen.
pub(crate) struct Rig {
    pub(crate) board: Board,
    pub(crate) supply: &'static Supply,
    pub(crate) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
}

impl Rig {
    pub(crate) fn new(instance: Config) -> Self {
        Self::with(instance, dma::Config::DEFAULT)
    }

    pub(crate) fn with(instance: Config, config: dma::Config) -> Self {
        let board = Board::new(instance).unwrap();
        let supply: &'static Supply = Box::leak(Box::new(Supply::new(board.dmac)));
        let dmac: &'static _ =
            Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), supply, board.programs, config)));
        supply.on_resume(|| dmac.restore());
        Self { board, supply, dmac }
    }

    pub(crate) fn active(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, self.supply).unwrap()
    }

    /// A buffer of `bytes` bytes, `offset` behind a cache line, with guards around it; all of it holds `fill`.
    pub(crate) fn buffer(&self, cx: &Task<'_>, offset: usize, bytes: usize, fill: u8) -> DmaBuf<u8> {
        let mut buffer = self.board.data.alloc::<u8>(cx, offset + bytes + 40).unwrap();
        buffer.fill(fill);
        buffer.set_window(offset, bytes).unwrap();
        buffer
    }

    /// A pair whose source holds `seed`'s data.
    pub(crate) fn pair(&self, cx: &Task<'_>, bytes: usize, offsets: (usize, usize), seed: u32) -> Pair {
        let mut source = self.buffer(cx, offsets.0, bytes, 0x5a);
        for (i, byte) in source.iter_mut().enumerate() {
            *byte = ((i as u32 + seed).wrapping_mul(0x9e37_79b1) >> 13) as u8;
        }
        CopyPair { source, destination: self.buffer(cx, offsets.1, bytes, 0xa5) }
    }

    pub(crate) fn copier(&self, cx: &Task<'_>, pair: &Pair) -> Copier {
        self.dmac.claim::<Endpoint>(cx).unwrap().prepare_copy(cx, pair).unwrap()
    }

    /// Interrupts as they come, until nothing happens any more.
    pub(crate) fn serve(&self) {
        while self.board.dmac.run_until_interrupt(LONG) == Outcome::Reached {
            simulated_interrupt(|| self.dmac.irq());
        }
    }

    /// Interrupts as they come, until the transfer has ended.
    pub(crate) fn until_done(&self, transfer: &Transfer<'_, Endpoint, Linear>) {
        while !transfer.is_done() {
            assert_eq!(self.board.dmac.run_until_interrupt(LONG), Outcome::Reached, "{:?}", self.board.dmac);
            simulated_interrupt(|| self.dmac.irq());
        }
    }

    /// Copy `pair` and look at every byte of the destination, guards included.
    pub(crate) fn copies(&self, cx: &Task<'_>, copier: &mut Copier, pair: Pair) -> Pair {
        let power = self.active(cx);
        let transfer = copier.start(pair, &power).map_err(|r| r.error).unwrap();
        self.until_done(&transfer);
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        check(done.bufs)
    }
}

/// The destination holds the source, and its guards are whole. Gives both windows back as they were.
pub(crate) fn check(mut pair: Pair) -> Pair {
    assert!(pair.source[..] == pair.destination[..], "wrong data");
    let (bytes, address) = (pair.destination.len(), pair.destination.bus_address());
    pair.destination.reset_window();
    let start = (address - pair.destination.bus_address()) as usize;
    let (before, rest) = pair.destination.split_at(start);
    assert!(before.iter().chain(&rest[bytes..bytes + 40]).all(|b| *b == 0xa5), "written beyond the window");
    pair.destination.set_window(start, bytes).unwrap();
    pair
}
