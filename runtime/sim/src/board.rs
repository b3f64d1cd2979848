use std::ops::Range;
use std::sync::Arc;

use linkwright::dma::memory::Arena;

use crate::cache::Cache;
use crate::config::{Config, ConfigError};
use crate::memory::SimMemory;
use crate::sim::Pl330Sim;

/// A controller, memory behind a cache, and arenas in it: all that an engine needs, and for ever, as it is on a board.
///
/// ```
/// use linkwright::context::host_task;
/// use linkwright::dma::{self, CopyPair, Dmac, MemoryCopy};
/// use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
/// use linkwright_pl330::Pl330;
/// use linkwright_sim::{Board, Config};
///
/// struct Dmac0;
/// impl Device for Dmac0 {
///     const NAME: &'static str = "dmac0";
///     const ID: DeviceId = DeviceId::new(0);
/// }
/// static POWER: AlwaysOn = AlwaysOn::new();
///
/// let board = Board::new(Config::zynq7000()).unwrap();
/// let config = dma::Config { polled: true, ..dma::Config::DEFAULT };
/// let dmac = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, board.programs, config)));
/// host_task(|cx| {
///     let mut source = board.data.alloc::<u8>(cx, 1000).unwrap();
///     source.fill(7);
///     let pair = CopyPair { source, destination: board.data.alloc(cx, 1000).unwrap() };
///     let channel = dmac.claim::<MemoryCopy<Dmac0>>(cx).unwrap();
///     let mut copier = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
///     let power = Active::resume(cx, &POWER).unwrap();
///     let done = copier.start(pair, &power).unwrap().wait(cx);
///     assert_eq!(done.result, Ok(()));
///     assert!(done.bufs.destination.iter().all(|b| *b == 7));
/// });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// The controller.
    pub dmac: &'static Pl330Sim,
    /// The processor's cache over both arenas.
    pub cache: &'static Cache,
    /// For programs.
    pub programs: &'static Arena,
    /// For data.
    pub data: &'static Arena,
}

impl Board {
    /// Where programs are.
    pub const PROGRAMS: Range<u32> = 0x0008_0000..0x0008_4000;
    /// Where data is.
    pub const DATA: Range<u32> = 0x0010_0000..0x0050_0000;

    /// A board with cache lines of 32 bytes. It is never given back.
    ///
    /// # Errors
    /// When no PL330 can be configured so.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_memory(config, SimMemory::new())
    }

    /// [`new`](Self::new) beside what `memory` has already, such as peripherals.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Panics
    /// When something stands where programs and data go.
    pub fn with_memory(config: Config, memory: SimMemory) -> Result<Self, ConfigError> {
        let bytes = |range: Range<u32>| range.end - range.start;
        let memory =
            memory.with_ram(Self::PROGRAMS.start, bytes(Self::PROGRAMS)).with_ram(Self::DATA.start, bytes(Self::DATA));
        let memory = Arc::new(memory);
        let cache = Cache::new(Arc::clone(&memory), 32).covering(Self::PROGRAMS).covering(Self::DATA);
        let cache = &*Box::leak(Box::new(cache));
        Ok(Self {
            dmac: Box::leak(Box::new(Pl330Sim::new(config, memory)?)),
            cache,
            programs: Arena::leak_mirrored(bytes(Self::PROGRAMS), Self::PROGRAMS.start, cache),
            data: Arena::leak_mirrored(bytes(Self::DATA), Self::DATA.start, cache),
        })
    }
}
