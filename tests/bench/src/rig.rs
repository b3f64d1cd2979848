use std::sync::Arc;

use linkwright::context::Task;
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Config, CopyPair, Dmac, Linear, MemoryCopy, Prepared};
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{self as sim, Cache, Pl330Sim, SimMemory};

/// The controller.
#[derive(Debug)]
pub(crate) enum Controller {}

impl Device for Controller {
    const NAME: &'static str = "dmac";
    const ID: DeviceId = DeviceId::new(0);
}

/// A channel of it that copies bytes.
pub(crate) type Copier = Prepared<MemoryCopy<Controller>, Linear>;
/// The buffers of a copy.
pub(crate) type Pair = CopyPair<u8>;

static POWER: AlwaysOn = AlwaysOn::new();

const DATA: u32 = 0x0010_0000;
const DATA_BYTES: u32 = 0x0040_0000;
const PAGE: usize = 4096;
const PROGRAMS: u32 = 0x0008_0000;
const PROGRAM_BYTES: u32 = 0x1000;
/// More ticks than any copy takes.
const LONG: u64 = 1_000_000_000;

/// The driver on a simulated board with a cache that is not coherent.
pub(crate) struct Rig {
    pub(crate) sim: &'static Pl330Sim,
    pub(crate) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
    /// Keeps the program memory in step, and so sees what of it changes.
    pub(crate) programs: &'static Cache,
    data: &'static Arena,
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

impl Rig {
    pub(crate) fn new(instance: sim::Config) -> Self {
        let memory = SimMemory::new().with_ram(DATA, DATA_BYTES).with_ram(PROGRAMS, PROGRAM_BYTES);
        let memory = Arc::new(memory);
        // One cache for both arenas: buffers and programs must be of one bus.
        let cache = Cache::new(Arc::clone(&memory), 32);
        let cache = leak(cache.covering(DATA..DATA + DATA_BYTES).covering(PROGRAMS..PROGRAMS + PROGRAM_BYTES));
        cache.watch(PROGRAMS..PROGRAMS + PROGRAM_BYTES);
        let sim = leak(Pl330Sim::new(instance, memory).unwrap_or_else(|e| panic!("{e}")));
        let programs = Arena::leak_mirrored(PROGRAM_BYTES, PROGRAMS, cache);
        let config = Config { polled: true, ..Config::DEFAULT };
        let dmac = leak(Dmac::new::<Controller>(Pl330::new(sim), &POWER, programs, config));
        Self { sim, dmac, programs: cache, data: Arena::leak_mirrored(DATA_BYTES, DATA, cache) }
    }

    pub(crate) fn power(&self, cx: &Task<'_>) -> Active<Controller> {
        Active::resume(cx, &POWER).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Buffers for `bytes` bytes that begin `source` and `destination` bytes behind a page, as the others' did; the
    /// source is random.
    pub(crate) fn pair(&self, cx: &Task<'_>, bytes: usize, source: usize, destination: usize) -> Pair {
        let buffer = |offset: usize| {
            let mut buffer: DmaBuf<u8> = self.data.alloc(cx, bytes + offset + PAGE).unwrap_or_else(|e| panic!("{e}"));
            let page = (buffer.bus_address() as usize).next_multiple_of(PAGE) - buffer.bus_address() as usize;
            buffer.set_window(page + offset, bytes).unwrap_or_else(|e| panic!("{e}"));
            buffer
        };
        let mut pair = CopyPair { source: buffer(source), destination: buffer(destination) };
        for (i, byte) in pair.source.iter_mut().enumerate() {
            *byte = ((i as u32).wrapping_mul(0x9e37_79b1) >> 13) as u8;
        }
        pair.destination.fill(0xa5);
        pair
    }

    /// A channel for copies like `pair`.
    pub(crate) fn copier(&self, cx: &Task<'_>, pair: &Pair) -> Copier {
        let channel = self.dmac.claim::<MemoryCopy<Controller>>(cx).unwrap_or_else(|e| panic!("{e}"));
        channel.prepare_copy(cx, pair).unwrap_or_else(|(e, _)| panic!("{e}"))
    }

    /// Let the controller work until it raises an interrupt.
    pub(crate) fn until_interrupt(&self) {
        assert_eq!(self.sim.run_until_interrupt(LONG), sim::Outcome::Reached, "no interrupt: {:?}", self.sim);
    }
}
