//! Start-up, interrupts, and where the hardware is.
#![allow(unsafe_code, reason = "start-up and the construction of registers")]

use aarch32_rt::{entry, irq};
use firmware_support::cache::DataCache;
use firmware_support::gic::Gic;
use firmware_support::memory::{Pool, Storage};
use firmware_support::mmu;
use linkwright::context::Task;
use linkwright::dma::Dmac;
use linkwright::mmio::Mmio;
use linkwright::power::AlwaysOn;
use linkwright_zynq7000::dmac_s::interrupts as lines;
use linkwright_zynq7000::{DmacS, dmac_s, gic, gic_cpu};

type Registers<const SIZE: u32> = Mmio<SIZE>;
type Dma = Dmac<dmac_s::Block<Registers<{ dmac_s::SIZE as u32 }>>, 1>;

/// Nothing is ever switched off.
pub(crate) static POWER: AlwaysOn = AlwaysOn::new();
static PROGRAM_MEMORY: Storage<1024> = Storage::new();
// SAFETY: its own; the controller has the processor's addresses, and the outer cache is off.
static PROGRAMS: Pool<1024> = unsafe { Pool::new(&PROGRAM_MEMORY, &DataCache) };
static DATA_MEMORY: Storage<16384> = Storage::new();
/// Memory for buffers.
// SAFETY: as above.
pub(crate) static DATA: Pool<16384> = unsafe { Pool::new(&DATA_MEMORY, &DataCache) };
// SAFETY: the registers of one device each, which nobody else uses, as the chip's spec says.
static GIC: Gic<Registers<{ gic::SIZE as u32 }>, Registers<{ gic_cpu::SIZE as u32 }>> =
    unsafe { Gic::new(Mmio::new(gic::BASE as usize), Mmio::new(gic_cpu::BASE as usize)) };
/// The engine of the DMA controller.
// SAFETY: the controller's registers, which nobody else uses; it is always on and reaches all memory.
pub(crate) static DMAC: Dma = Dmac::with_channels::<DmacS>(
    dmac_s::Block::new(unsafe { Mmio::new(dmac_s::BASE as usize) }),
    &POWER,
    PROGRAMS.arena(),
    dmac_s::CONFIG,
);

#[entry]
fn start() -> ! {
    // SAFETY: first of all; the linker script has put everything there.
    unsafe { mmu::enable(0x0010_0000..0x0100_0000, &[dmac_s::BASE, gic::BASE]) };
    GIC.start();
    for line in [lines::ABORT, lines::IRQ0, lines::IRQ1] {
        GIC.enable(line);
    }
    // SAFETY: not in a critical section.
    unsafe { aarch32_cpu::interrupt::enable() };
    // SAFETY: in no interrupt, and nobody else has one.
    let task = unsafe { Task::assume_sleepable() };
    let right = super::main(&task);
    semihosting::process::exit(i32::from(!right))
}

#[irq]
fn interrupt() {
    GIC.serve(|_| {
        DMAC.irq();
    });
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::abort()
}
