use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bench_board::Dmac0;
use linkwright::context::Task;
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Config, CopyPair, Dmac, Endpoint, Goes, Linear, MemoryCopy, Prepared};
use linkwright::mmio::Word;
use linkwright::power::{Active, AlwaysOn};
use linkwright_pl330::Pl330;
use linkwright_sim::{self as sim, Board, Cache, Pl330Sim, Request, SimMemory};

use crate::columns::Columns;
use crate::peers::{Counted, Eager, Job, Place, Port, Register32};

/// A channel that copies bytes.
pub(crate) type Copier = Prepared<MemoryCopy<Dmac0>, Linear>;
/// The buffers of a copy.
pub(crate) type Pair = CopyPair<u8>;

static POWER: AlwaysOn = AlwaysOn::new();

const PAGE: usize = 4096;
/// More ticks than any transfer takes.
const LONG: u64 = 1_000_000_000;

/// The driver on a simulated board with a cache that is not coherent.
pub(crate) struct Rig {
    pub(crate) sim: &'static Pl330Sim,
    pub(crate) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
    /// Keeps the program memory in step, and so sees what of it changes.
    pub(crate) cache: &'static Cache,
    data: &'static Arena,
    port: Arc<Mutex<Register32>>,
}

impl Rig {
    /// A board for `job`.
    pub(crate) fn new(job: &Job) -> Self {
        let (bus_bytes, fifo_lines) = (job.bus as u8, job.lines as u16);
        let instance = sim::Config { bus_bytes, fifo_lines, requests: 32, ..sim::Config::zynq7000() };
        let port = Arc::<Mutex<Register32>>::default();
        let memory = SimMemory::new().with_device(Place::PORT, Job::WORD, Port(Arc::clone(&port)));
        let board = Board::with_memory(instance, memory).unwrap_or_else(|e| panic!("{e}"));
        let Board { dmac: sim, cache, programs, data } = board;
        let request = if job.burst > 1 { Request::BURST } else { Request::SINGLE };
        sim.attach(Place::LINE, Arc::new(Mutex::new(Eager(request))));
        cache.watch(Board::PROGRAMS);
        let config = Config { polled: true, ..Config::DEFAULT };
        let dmac = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(sim), &POWER, programs, config)));
        Self { sim, dmac, cache, data, port }
    }

    pub(crate) fn power(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, &POWER).unwrap_or_else(|e| panic!("{e}"))
    }

    /// What the device got and gave.
    pub(crate) fn port(&self) -> MutexGuard<'_, Register32> {
        self.port.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer whose window lies `offset` bytes behind a page.
    pub(crate) fn buffer<W: Word>(&self, cx: &Task<'_>, bytes: usize, offset: usize) -> DmaBuf<W> {
        let word = size_of::<W>();
        let mut buffer: DmaBuf<W> =
            self.data.alloc(cx, (bytes + offset + PAGE).div_ceil(word)).unwrap_or_else(|e| panic!("{e}"));
        let page = (buffer.bus_address() as usize).next_multiple_of(PAGE) - buffer.bus_address() as usize;
        buffer.set_window((page + offset) / word, bytes / word).unwrap_or_else(|e| panic!("{e}"));
        buffer
    }

    /// Buffers for `bytes` bytes that begin `source` and `destination` bytes behind a page, as the others' did; the
    /// source is random.
    pub(crate) fn pair(&self, cx: &Task<'_>, bytes: usize, source: usize, destination: usize) -> Pair {
        let buffer = |offset: usize| self.buffer::<u8>(cx, bytes, offset);
        let mut pair = CopyPair { source: buffer(source), destination: buffer(destination) };
        for (i, byte) in pair.source.iter_mut().enumerate() {
            *byte = ((i as u32).wrapping_mul(0x9e37_79b1) >> 13) as u8;
        }
        pair.destination.fill(0xa5);
        pair
    }

    /// A channel of endpoint `E` for transfers of one shape.
    pub(crate) fn prepare<E: Endpoint, S: Goes<E::Direction>>(&self, cx: &Task<'_>, shape: S) -> Prepared<E, S> {
        let channel = self.dmac.claim::<E>(cx).unwrap_or_else(|e| panic!("{e}"));
        channel.prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"))
    }

    /// A channel for copies like `pair`.
    pub(crate) fn copier(&self, cx: &Task<'_>, pair: &Pair) -> Copier {
        self.prepare(cx, Linear::between(pair))
    }

    /// Let the controller work until it raises an interrupt.
    pub(crate) fn until_interrupt(&self) {
        assert_eq!(self.sim.run_until_interrupt(LONG), sim::Outcome::Reached, "no interrupt: {:?}", self.sim);
    }

    /// Count what `transfer` costs. It says whether the data was there whenever the end was told.
    pub(crate) fn count(&self, program_bytes: u64, transfer: impl FnOnce(&mut Allocations) -> bool) -> Counted {
        self.cache.watch(Board::PROGRAMS);
        self.sim.reset_counters();
        let mut allocations = Allocations::default();
        let barrier = transfer(&mut allocations);
        let counters = self.sim.counters();
        let columns = Columns {
            bytes: program_bytes,
            instructions: counters.instructions,
            read_bursts: counters.reads.bursts,
            read_beats: counters.reads.beats,
            write_bursts: counters.writes.bursts,
            write_beats: counters.writes.beats,
            register_reads: counters.register_reads,
            register_writes: counters.register_writes,
            interrupts: counters.interrupts,
            starts: counters.starts,
            allocations: allocations.0,
            written: self.cache.changed(),
        };
        Counted { columns, barrier }
    }
}

/// Heap allocations of the driver.
#[derive(Default)]
pub(crate) struct Allocations(u64);

impl Allocations {
    /// Count those of `call`.
    pub(crate) fn of<R>(&mut self, call: impl FnOnce() -> R) -> R {
        let mut result = None;
        self.0 += allocation_counter::measure(|| result = Some(call())).count_total;
        result.unwrap_or_else(|| panic!("measured without calling"))
    }
}
