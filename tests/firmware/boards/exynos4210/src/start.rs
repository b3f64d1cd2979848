//! Start-up, interrupts, and where the hardware is.
#![allow(unsafe_code, reason = "start-up and the construction of registers")]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aarch32_rt::{entry, exception, irq};
use embassy_executor::{Executor, Spawner};
use firmware_support::cache::DataCache;
use firmware_support::gic::Gic;
use firmware_support::memory::{Pool, Storage};
use firmware_support::timer::Timer;
use firmware_support::{memory, mmu, report, stack};
use linkwright::consumer::Board;
use linkwright::context::Task;
use linkwright::dma::Dmac;
use linkwright::mmio::{Io, Mmio, Value};
use linkwright::power::PowerCore;
use linkwright_exynos4210::{
    Mdma1, Pdma0, Pdma1, gic, gic_cpu, global_timer, mdma1 as mdma1_facts, pdma0 as pdma0_facts, pdma1 as pdma1_facts,
    serial0, serial1, serial2,
};
use linkwright_pl330::regs::{INTEN, Inten};
use once_cell::sync::OnceCell;
use static_cell::StaticCell;

use crate::console::Console;
use crate::interrupts::INTERRUPTS;
use crate::model;

/// An engine of one of the three controllers, which are alike.
pub(crate) type Dma = Dmac<pdma0_facts::Block<Mmio<{ pdma0_facts::SIZE as u32 }>>>;

/// What QEMU's timers count, in a second.
const TIMER_HERTZ: u32 = 100_000_000;

static PROGRAM_MEMORY: Storage<{ 64 << 10 }> = Storage::new();
// SAFETY: its own; the controllers have the processor's addresses, and the outer cache is off.
static PROGRAMS: Pool<{ 64 << 10 }> = unsafe { Pool::new(&PROGRAM_MEMORY, &DataCache) };
static DATA_MEMORY: Storage<{ 256 << 10 }> = Storage::new();
/// Memory for buffers.
// SAFETY: as above.
pub(crate) static DATA: Pool<{ 256 << 10 }> = unsafe { Pool::new(&DATA_MEMORY, &DataCache) };

/// The interrupt controller.
// SAFETY: the registers of these two devices, which nobody else uses, as the chip's spec says.
pub(crate) static GIC: Gic<Mmio<{ gic::SIZE as u32 }>, Mmio<{ gic_cpu::SIZE as u32 }>> =
    unsafe { Gic::new(Mmio::new(gic::BASE as usize), Mmio::new(gic_cpu::BASE as usize)) };
/// Time.
// SAFETY: as above.
pub(crate) static TIMER: Timer<Mmio<{ global_timer::SIZE as u32 }>> =
    Timer::new(unsafe { Mmio::new(global_timer::BASE as usize) }, TIMER_HERTZ);
// SAFETY: as above.
static CONSOLE: Console<Mmio<{ serial1::SIZE as u32 }>> = Console::new(unsafe { Mmio::new(serial1::BASE as usize) });
/// The registers of a UART that has no driver.
// SAFETY: as above.
pub(crate) static SERIAL2: Mmio<{ serial2::SIZE as u32 }> = unsafe { Mmio::new(serial2::BASE as usize) };

/// The board.
#[derive(Debug)]
pub(crate) enum Exynos {}

impl Board for Exynos {
    type Bus = Mmio<0x1000>;

    unsafe fn bus(base: u64, _: u64) -> Self::Bus {
        // SAFETY: the window of one device, by this function's contract; drivers are acquired once.
        unsafe { Mmio::new(base as usize) }
    }

    fn power() -> &'static dyn PowerCore {
        model::system()
    }
}

static PDMA0: OnceCell<Dma> = OnceCell::new();
static PDMA1: OnceCell<Dma> = OnceCell::new();
static MDMA1: OnceCell<Dma> = OnceCell::new();

/// The engine of the first controller for peripherals.
pub(crate) fn pdma0() -> &'static Dma {
    PDMA0.get_or_init(|| {
        // SAFETY, here and below: the controller's registers, which nobody else uses; the device model keeps it running
        // while it is counted, and it reaches all memory.
        // SAFETY: see above.
        let block = pdma0_facts::Block::new(unsafe { Mmio::new(pdma0_facts::BASE as usize) });
        Dmac::new::<Pdma0>(block, model::system(), PROGRAMS.arena(), pdma0_facts::CONFIG)
    })
}

/// The engine of the second one.
pub(crate) fn pdma1() -> &'static Dma {
    PDMA1.get_or_init(|| {
        // SAFETY: see above.
        let block = pdma1_facts::Block::new(unsafe { Mmio::new(pdma1_facts::BASE as usize) });
        Dmac::new::<Pdma1>(block, model::system(), PROGRAMS.arena(), pdma1_facts::CONFIG)
    })
}

/// The engine of the one that copies memory.
pub(crate) fn mdma1() -> &'static Dma {
    MDMA1.get_or_init(|| {
        // SAFETY: see above.
        let block = mdma1_facts::Block::new(unsafe { Mmio::new(mdma1_facts::BASE as usize) });
        Dmac::new::<Mdma1>(block, model::system(), PROGRAMS.arena(), mdma1_facts::CONFIG)
    })
}

/// What the loss of its power domain does to the controller on silicon, where QEMU's keeps its registers.
pub(crate) fn lose_registers() {
    // SAFETY: it counts as off, so nothing runs on it.
    let block = unsafe { mdma1().controller() };
    block.bus().write(INTEN, Value::<Inten>::zero());
}

/// The events that the controller of the domain raises interrupts for.
pub(crate) fn enabled_events() -> u32 {
    // SAFETY: only looks.
    let block = unsafe { mdma1().controller() };
    block.bus().read(INTEN).word()
}

/// Interrupts so far.
pub(crate) static COUNT: AtomicU32 = AtomicU32::new(0);

#[irq]
fn interrupt() {
    GIC.serve(|line| {
        COUNT.fetch_add(1, Relaxed);
        let engine = match line {
            pdma0_facts::interrupts::COMBINED => &PDMA0,
            pdma1_facts::interrupts::COMBINED => &PDMA1,
            mdma1_facts::interrupts::COMBINED => &MDMA1,
            _ => return INTERRUPTS.serve(line),
        };
        if let Some(engine) = engine.get() {
            engine.irq();
        }
    });
}

// The second processor has nothing to do.
core::arch::global_asm!(
    ".pushsection .text._asm_secondary_core_park",
    ".arm",
    ".global _asm_secondary_core_park",
    ".type _asm_secondary_core_park, %function",
    "_asm_secondary_core_park:",
    "wfi",
    "b _asm_secondary_core_park",
    ".popsection",
);

#[entry]
fn start() -> ! {
    // SAFETY: first of all, with interrupts off.
    unsafe { stack::paint() };
    let devices = [pdma0_facts::BASE, mdma1_facts::BASE, gic::BASE, global_timer::BASE, serial0::BASE];
    // SAFETY: before anything else; the linker script has put everything there.
    unsafe { mmu::enable(memory::ram(), &devices) };
    CONSOLE.start();
    report::set_out(&CONSOLE);
    TIMER.start();
    GIC.start();
    for line in
        [pdma0_facts::interrupts::COMBINED, pdma1_facts::interrupts::COMBINED, mdma1_facts::interrupts::COMBINED]
    {
        GIC.enable(line);
    }
    // SAFETY: not in a critical section.
    unsafe { aarch32_cpu::interrupt::enable() };
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    EXECUTOR.init(Executor::new()).run(spawn)
}

fn spawn(spawner: Spawner) {
    match run() {
        Ok(task) => spawner.spawn(task),
        Err(error) => panic!("{error:?}"),
    }
}

#[embassy_executor::task]
async fn run() {
    // SAFETY: the executor's thread is in no interrupt, and there is no other task.
    let task = unsafe { Task::assume_sleepable() };
    let passed = crate::cases::all(&task).await;
    let (used, size) = stack::high_water();
    firmware_support::note!("stack {used} of {size} bytes");
    firmware_support::note!("interrupts {}", COUNT.load(Relaxed));
    semihosting::process::exit(i32::from(!passed))
}

#[exception(DataAbort)]
fn data_abort(addr: usize) -> ! {
    panic!("data abort at {addr:#x}")
}

#[exception(PrefetchAbort)]
fn prefetch_abort(addr: usize) -> ! {
    panic!("prefetch abort at {addr:#x}")
}

#[exception(Undefined)]
fn undefined(addr: usize) -> ! {
    panic!("undefined instruction at {addr:#x}")
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    report::line(format_args!("Bail out! {info}"));
    semihosting::process::exit(101)
}
