//! Start-up, interrupts, and where the hardware is.
#![allow(unsafe_code, reason = "start-up and the construction of registers")]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aarch32_rt::{entry, exception, irq};
use embassy_executor::{Executor, Spawner};
use firmware_support::cache::Counted;
use firmware_support::gic::Gic;
use firmware_support::memory::{Pool, Storage};
use firmware_support::timer::Timer;
use firmware_support::{memory, mmu, report, stack};
use linkwright::consumer::Board;
use linkwright::context::Task;
use linkwright::dma::Dmac;
use linkwright::dma::memory::{CacheOps, Lines};
use linkwright::mmio::{Bus, Io, Mmio, Value};
use linkwright::power::PowerCore;
use linkwright_pl330::regs::{INTEN, Inten};
use linkwright_zynq7000::dmac_s::interrupts as lines;
use linkwright_zynq7000::{DmacS, dmac_s, gic, gic_cpu, global_timer, slcr, uart1};
use once_cell::sync::OnceCell;
use static_cell::StaticCell;

use crate::console::Console;
use crate::model;
use crate::slcr::Slcr;

type Dma = Dmac<dmac_s::Block<Mmio<{ dmac_s::SIZE as u32 }>>>;

/// Every interrupt line of the controller.
pub(crate) const LINES: [u32; 9] = [
    lines::ABORT,
    lines::IRQ0,
    lines::IRQ1,
    lines::IRQ2,
    lines::IRQ3,
    lines::IRQ4,
    lines::IRQ5,
    lines::IRQ6,
    lines::IRQ7,
];

/// What QEMU's timers count, in a second.
const TIMER_HERTZ: u32 = 100_000_000;

/// Cache maintenance, counted.
pub(crate) static CACHES: Counted = Counted::new();
static PROGRAM_MEMORY: Storage<{ 64 << 10 }> = Storage::new();
// SAFETY: its own; the controller has the processor's addresses, and the outer cache is off.
static PROGRAMS: Pool<{ 64 << 10 }> = unsafe { Pool::new(&PROGRAM_MEMORY, &CACHES) };
static DATA_MEMORY: Storage<{ 1 << 20 }> = Storage::new();
/// Memory for buffers.
// SAFETY: as above.
pub(crate) static DATA: Pool<{ 1 << 20 }> = unsafe { Pool::new(&DATA_MEMORY, &CACHES) };

// SAFETY, of the next four: the registers of one device each, which nobody else uses, as the chip's spec says.
/// The interrupt controller.
// SAFETY: see above.
pub(crate) static GIC: Gic<Mmio<{ gic::SIZE as u32 }>, Mmio<{ gic_cpu::SIZE as u32 }>> =
    unsafe { Gic::new(Mmio::new(gic::BASE as usize), Mmio::new(gic_cpu::BASE as usize)) };
/// Time.
// SAFETY: see above.
pub(crate) static TIMER: Timer<Mmio<{ global_timer::SIZE as u32 }>> =
    Timer::new(unsafe { Mmio::new(global_timer::BASE as usize) }, TIMER_HERTZ);
// SAFETY: see above.
static CONSOLE: Console<Mmio<{ uart1::SIZE as u32 }>> = Console::new(unsafe { Mmio::new(uart1::BASE as usize) });
/// Clocks and resets.
// SAFETY: see above.
pub(crate) static SLCR: Slcr<Mmio<{ slcr::SIZE as u32 }>> =
    Slcr::new(unsafe { Mmio::new(slcr::BASE as usize) }, TIMER_HERTZ);

static DMAC: OnceCell<Dma> = OnceCell::new();

/// The board.
#[derive(Debug)]
pub(crate) enum Zynq {}

impl Board for Zynq {
    type Bus = Mmio<0x1000>;

    unsafe fn bus(base: u64, _: u64) -> Self::Bus {
        // SAFETY: the window of one device, by this function's contract; drivers are acquired once.
        unsafe { Mmio::new(base as usize) }
    }

    fn power() -> &'static dyn PowerCore {
        model::system()
    }
}

/// The engine of the DMA controller.
pub(crate) fn dmac() -> &'static Dma {
    DMAC.get_or_init(|| {
        // SAFETY: the controller's registers, which nobody else uses; the device model keeps it clocked while it is
        // counted, and it reaches all memory.
        let registers = unsafe { Mmio::new(dmac_s::BASE as usize) };
        Dmac::new::<DmacS>(dmac_s::Block::new(registers), model::system(), PROGRAMS.arena(), dmac_s::CONFIG)
    })
}

fn with_registers<R>(look: impl FnOnce(&dyn Bus<u32>) -> R) -> Option<R> {
    // SAFETY: nothing is started or stopped with it, and no event is sent or cleared.
    let block = unsafe { DMAC.get()?.controller() };
    Some(look(block.bus()))
}

/// The events that the controller raises interrupts for.
pub(crate) fn enabled_events() -> Option<u32> {
    with_registers(|bus| bus.read(INTEN).word())
}

/// What its reset does to the controller on silicon, where QEMU's keeps its registers. For who has just reset it.
pub(crate) fn lose_registers() {
    with_registers(|bus| bus.write(INTEN, Value::<Inten>::zero()));
}

/// Overwrite a byte of a program, which lies in memory that is as accessible as a register.
pub(crate) fn spoil_program(address: u32, byte: u8) {
    let lines = Lines { cpu: core::ptr::with_exposed_provenance_mut(address as usize), bus: address, bytes: 1 };
    // SAFETY: program memory; the engine accesses it only while it prepares or starts this very program.
    let memory = unsafe { Mmio::<1>::new(address as usize) };
    memory.store(0, byte);
    CACHES.clean(lines);
}

/// Interrupts so far.
pub(crate) static INTERRUPTS: AtomicU32 = AtomicU32::new(0);
/// Of them, those of the line that reports faults.
pub(crate) static ABORTS: AtomicU32 = AtomicU32::new(0);

#[irq]
fn interrupt() {
    GIC.serve(|line| {
        INTERRUPTS.fetch_add(1, Relaxed);
        if line == global_timer::interrupts::IRQ {
            crate::time::interrupt();
            return;
        }
        ABORTS.fetch_add(u32::from(line == lines::ABORT), Relaxed);
        if let Some(dmac) = DMAC.get() {
            dmac.irq();
        }
    });
}

#[entry]
fn start() -> ! {
    // SAFETY: first of all, with interrupts off.
    unsafe { stack::paint() };
    let devices = [dmac_s::BASE, gic::BASE, slcr::BASE, uart1::BASE];
    // SAFETY: before anything else; the linker script has put everything there.
    unsafe { mmu::enable(memory::ram(), &devices) };
    CONSOLE.start();
    report::set_out(&CONSOLE);
    TIMER.start();
    GIC.start();
    LINES.iter().for_each(|line| GIC.enable(*line));
    GIC.enable(global_timer::interrupts::IRQ);
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
    firmware_support::note!("interrupts {}", INTERRUPTS.load(Relaxed));
    semihosting::process::exit(i32::from(!passed))
}

#[exception(DataAbort)]
fn data_abort(addr: usize) -> ! {
    panic!("data abort at {:#x}", addr)
}

#[exception(PrefetchAbort)]
fn prefetch_abort(addr: usize) -> ! {
    panic!("prefetch abort at {:#x}", addr)
}

#[exception(Undefined)]
fn undefined(addr: usize) -> ! {
    panic!("undefined instruction at {:#x}", addr)
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    report::line(format_args!("Bail out! {info}"));
    semihosting::process::exit(101)
}
