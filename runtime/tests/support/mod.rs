#![allow(dead_code, unreachable_pub, missing_docs, reason = "shared by test files, each of which uses its part")]

pub mod isa;
pub mod machine;

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};

use linkwright::context::Task;
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Config, CopyPair, Dmac, Linear, MemoryCopy, Prepared};
use linkwright::power::{Active, Device, DeviceId, PowerCore, PowerError};

pub use machine::{BASE, BYTES, Machine};

#[derive(Debug)]
pub struct Controller0;
impl Device for Controller0 {
    const NAME: &'static str = "controller0";
    const ID: DeviceId = DeviceId::new(7);
}

#[derive(Debug)]
pub struct Other;
impl Device for Other {
    const NAME: &'static str = "other";
    const ID: DeviceId = DeviceId::new(8);
}

pub type Copier = MemoryCopy<Controller0>;
pub type Engine = Dmac<&'static Machine>;

/// Counts, and switches the machine on; off only when told and unused.
pub struct Power {
    pub machine: &'static Machine,
    pub count: AtomicI32,
    pub on: AtomicU32,
    pub fail: AtomicU32,
}

impl Power {
    /// What an autosuspend worker does.
    pub fn suspend_if_idle(&self) {
        if self.count.load(SeqCst) == 0 && self.on.swap(0, SeqCst) == 1 {
            self.machine.powered(false);
        }
    }
    pub fn is_on(&self) -> bool {
        self.on.load(SeqCst) == 1
    }
}

impl PowerCore for Power {
    fn resume(&self, _: &Task<'_>, device: DeviceId) -> Result<(), PowerError> {
        if self.fail.load(SeqCst) != 0 {
            return Err(PowerError::Device(device));
        }
        self.count.fetch_add(1, SeqCst);
        if self.on.swap(1, SeqCst) == 0 {
            self.machine.powered(true);
        }
        Ok(())
    }
    fn get_if_active(&self, _: DeviceId) -> bool {
        let active = self.is_on();
        if active {
            self.count.fetch_add(1, SeqCst);
        }
        active
    }
    fn share(&self, _: DeviceId) {
        assert!(self.count.fetch_add(1, SeqCst) > 0, "shared a count that nobody held");
    }
    fn put(&self, _: DeviceId) {
        assert!(self.count.fetch_sub(1, SeqCst) > 0, "put a count that nobody held");
    }
}

/// One board: machine, memory, power, engine.
pub struct Rig {
    pub machine: &'static Machine,
    pub arena: &'static Arena,
    pub power: &'static Power,
    pub engine: &'static Engine,
}

pub const CONFIG: Config = Config { stop_polls: 100, release_polls: 1_000, command_polls: 20, ..Config::DEFAULT };

impl Rig {
    pub fn new() -> Self {
        Self::with(CONFIG)
    }

    pub fn with(config: Config) -> Self {
        Self::build(config, BYTES)
    }

    /// With an arena over the first `bytes` bytes of the machine's memory only.
    pub fn with_arena_of(bytes: u32) -> Self {
        Self::build(CONFIG, bytes)
    }

    fn build(config: Config, bytes: u32) -> Self {
        let machine = Machine::leak();
        machine.powered(false);
        let power: &'static Power = Box::leak(Box::new(Power {
            machine,
            count: AtomicI32::new(0),
            on: AtomicU32::new(0),
            fail: AtomicU32::new(0),
        }));
        let arena = Arena::leak_mirrored(bytes, BASE, machine);
        let engine: &'static Engine = Box::leak(Box::new(Dmac::new::<Controller0>(machine, power, arena, config)));
        Self { machine, arena, power, engine }
    }

    pub fn active(&self, cx: &Task<'_>) -> Active<Controller0> {
        Active::resume(cx, self.power).expect("power")
    }

    /// A buffer whose window lies at `offset` and holds `contents`.
    pub fn buffer(&self, cx: &Task<'_>, offset: usize, contents: &[u8]) -> DmaBuf<u8> {
        let mut buf = self.arena.alloc::<u8>(cx, offset + contents.len() + 32).expect("memory");
        buf.set_window(offset, contents.len()).expect("window");
        buf.copy_from_slice(contents);
        buf
    }

    pub fn pair(&self, cx: &Task<'_>, contents: &[u8]) -> CopyPair<u8> {
        CopyPair { source: self.buffer(cx, 0, contents), destination: self.buffer(cx, 0, &vec![0; contents.len()]) }
    }

    pub fn prepare(&self, cx: &Task<'_>, bytes: u32) -> Prepared<Copier, Linear> {
        self.engine
            .claim::<Copier>(cx)
            .expect("claim")
            .prepare(cx, Linear::new(bytes))
            .map_err(|(e, _)| e)
            .expect("plan")
    }

    /// Let the hardware run to the next interrupt and serve it; `false` when nothing happened.
    pub fn serve(&self) -> bool {
        for _ in 0..10_000 {
            if self.machine.run(1) {
                return self.engine.irq();
            }
        }
        false
    }

    /// All that was taken has come back.
    pub fn assert_clean(&self, free: u32) {
        assert_eq!(self.arena.free_bytes(), free, "memory leaked");
        assert_eq!(self.power.count.load(SeqCst), 0, "power counts leaked");
    }
}

/// A recognisable pattern.
pub fn pattern(len: usize, seed: u32) -> Vec<u8> {
    (0..len as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503)) >> 13) as u8)
        .collect()
}

/// Power counts that are held now.
pub fn count(rig: &Rig) -> i32 {
    rig.power.count.load(SeqCst)
}
