//! What is simulated: the controller, the interface with its FIFO, their clocks and their power.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, OnceLock, PoisonError};

use linkwright::consumer::OperationError;
use linkwright::context::Task;
use linkwright::device::{DomainCall, DomainOps, Errno};
use linkwright::mmio::{Bus, Word};
use linkwright_sim::{Board, Config, FifoConfig, FifoPeripheral, Pl330Sim, SimMemory};
use linkwright_subsystems::{clk, interrupt, pinctrl};

use crate::soc;

/// Request line of the interface's transmitter, as the spec wires it.
const LINE: u8 = soc::i2s0::dmas::TX as u8;
/// Ticks of the controller in a millisecond: 96 MHz.
pub const TICKS: u64 = 96_000;
/// Ticks between two frames: 48 kHz.
pub const PACE: u32 = (TICKS / 48) as u32;

/// The simulated part of the chip.
#[derive(Debug)]
pub struct Hardware {
    /// Controller and memory.
    pub board: Board,
    /// What the interface has played.
    pub speaker: FifoPeripheral,
    registers: Registers,
    clocks: Mutex<BTreeMap<u64, Clock>>,
    pins: Mutex<BTreeSet<u64>>,
    on_switch: OnceLock<fn(bool)>,
}

/// Counts of a clock.
#[derive(Clone, Copy, Default, Debug)]
struct Clock {
    prepared: u32,
    enabled: u32,
}

/// The interface's registers.
#[derive(Debug, Default)]
pub struct Registers {
    values: Mutex<BTreeMap<u32, u32>>,
    on: AtomicBool,
    accesses: AtomicU64,
    without_power: AtomicU64,
}

/// How drivers reach registers.
#[derive(Debug)]
pub enum Window {
    /// The DMA controller.
    Dmac(&'static Pl330Sim),
    /// The interface.
    I2s(&'static Registers),
}

impl Hardware {
    pub(crate) fn new() -> Self {
        let speaker = FifoPeripheral::new(FifoConfig { pace: PACE, ..FifoConfig::transmitter(4, None) });
        let fifo = soc::i2s0::BASE as u32 + linkwright_samsung_i2s::regs::TXD.offset();
        let memory = SimMemory::new().with_device(fifo, 4, speaker.clone());
        let board = Board::with_memory(Config::exynos4210_pdma(), memory).expect("a controller");
        board.dmac.attach(LINE, speaker.requester());
        // Nobody has switched on its clock; its domain is on, as a boot loader leaves it.
        board.dmac.set_clock(false);
        let registers = Registers { on: AtomicBool::new(true), ..Registers::default() };
        Self { board, speaker, registers, clocks: Mutex::default(), pins: Mutex::default(), on_switch: OnceLock::new() }
    }

    /// Call this whenever the power domain is switched. What was said first counts.
    pub fn on_switch(&self, tell: fn(bool)) {
        let _ = self.on_switch.set(tell);
    }

    /// Switch the power domain.
    fn set_power(&self, on: bool) {
        if let Some(tell) = self.on_switch.get() {
            tell(on);
        }
        self.board.dmac.set_power(on);
        self.registers.on.store(on, SeqCst);
        if !on {
            lock(&self.registers.values).clear();
        }
    }

    /// Is the domain on?
    pub fn is_powered(&self) -> bool {
        self.registers.on.load(SeqCst)
    }

    /// Accesses to registers: of the controller, and of the interface.
    pub fn accesses(&self) -> u64 {
        let counters = self.board.dmac.counters();
        counters.register_reads + counters.register_writes + self.registers.accesses.load(SeqCst)
    }

    /// Accesses to the interface's registers while the domain was off.
    pub fn accesses_without_power(&self) -> u64 {
        self.registers.without_power.load(SeqCst)
    }

    /// Groups of pins that a driver has selected.
    pub fn selected_pins(&self) -> Vec<u64> {
        lock(&self.pins).iter().copied().collect()
    }

    /// Clocks that run.
    pub fn running_clocks(&self) -> usize {
        lock(&self.clocks).values().filter(|clock| clock.enabled > 0).count()
    }

    pub(crate) fn window(&'static self, base: u64) -> Window {
        if base == soc::adma::BASE { Window::Dmac(self.board.dmac) } else { Window::I2s(&self.registers) }
    }

    fn clock(&self, args: &[u64], change: impl FnOnce(&mut Clock) -> Option<()>) -> Result<(), OperationError> {
        let number = args.first().ok_or(OperationError::Unknown)?;
        let mut clocks = lock(&self.clocks);
        let clock = clocks.entry(*number).or_default();
        change(clock).ok_or(OperationError::Failed)?;
        if *number == u64::from(soc::adma::clocks::APB_PCLK) {
            self.board.dmac.set_clock(clock.enabled > 0);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registers {
    fn powered(&self) -> bool {
        let on = self.on.load(SeqCst);
        self.accesses.fetch_add(1, SeqCst);
        self.without_power.fetch_add(u64::from(!on), SeqCst);
        on
    }
}

impl<W: Word> Bus<W> for Window
where
    &'static Pl330Sim: Bus<W>,
{
    fn load(&self, offset: u32) -> W {
        match self {
            Self::Dmac(dmac) => dmac.load(offset),
            Self::I2s(registers) if registers.powered() => {
                W::truncate(lock(&registers.values).get(&offset).copied().unwrap_or(0).into())
            }
            Self::I2s(_) => W::truncate(0),
        }
    }

    fn store(&self, offset: u32, value: W) {
        match self {
            Self::Dmac(dmac) => dmac.store(offset, value),
            Self::I2s(registers) => {
                if registers.powered() {
                    lock(&registers.values).insert(offset, value.widen() as u32);
                }
            }
        }
    }
}

impl clk::Provider for Hardware {
    fn prepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        self.clock(args, |clock| {
            clock.prepared += 1;
            Some(())
        })
    }
    fn enable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.clock(args, |clock| {
            // Only a prepared clock can be enabled.
            clock.enabled += (clock.prepared > 0).then_some(1)?;
            Some(())
        })
    }
    fn disable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.clock(args, |clock| {
            clock.enabled = clock.enabled.checked_sub(1)?;
            Some(())
        })
    }
    fn unprepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        self.clock(args, |clock| {
            clock.prepared = clock.prepared.checked_sub(1).filter(|left| *left >= clock.enabled)?;
            Some(())
        })
    }
}

impl interrupt::Provider for Hardware {}

impl pinctrl::Provider for Hardware {
    fn select(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        // Pins are in the domain, too.
        match (args, self.is_powered()) {
            (&[group], true) => {
                lock(&self.pins).insert(group);
                Ok(())
            }
            _ => Err(OperationError::Failed),
        }
    }
}

/// The switch of the power domain.
impl DomainOps for Hardware {
    fn power_on(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.set_power(true);
        Ok(())
    }
    fn power_off(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.set_power(false);
        Ok(())
    }
}
