//! Takes one transfer after another through the driver, between marks that a trace of instructions shows.
//!
//! The controller is a few words of memory in which every transfer has ended as soon as it was started, and memory needs
//! no cache maintenance: what is left are the driver's own instructions.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use linkwright::context::host_task;
use linkwright::dma::memory::{Arena, DmaBuf, Mirror};
use linkwright::dma::{self, CopyPair, Dmac, Done, Linear, MemoryCopy};
use linkwright::mmio::Bus;
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::{Pl330, regs};
use linkwright_sim::{Config, Pl330Sim, SimMemory};

enum Dmac0 {}

impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

type End = MemoryCopy<Dmac0>;
type Pair = CopyPair<u8>;

/// Begin and end of a step. Each is a function of its own, so that its address in a trace tells which.
macro_rules! marks {
    ($($name:ident = $number:literal),*) => {
        $(#[inline(never)]
        fn $name() {
            black_box($number);
        })*
    };
}

marks!(
    begin_submit = 1,
    end_submit = 2,
    begin_issue = 3,
    end_issue = 4,
    begin_interrupt = 5,
    end_interrupt = 6,
    begin_rearm_same = 7,
    end_rearm_same = 8,
    begin_rearm = 9,
    end_rearm = 10,
    begin_finish = 11,
    end_finish = 12
);

/// Registers that remember, and a transfer that ends at once.
struct Registers([AtomicU32; regs::SIZE as usize / 4]);

static REGISTERS: Registers = Registers([const { AtomicU32::new(0) }; regs::SIZE as usize / 4]);

impl Registers {
    fn at(&self, offset: u32) -> &AtomicU32 {
        &self.0[offset as usize / 4 % self.0.len()]
    }
}

impl Bus<u32> for &'static Registers {
    #[inline]
    fn load(&self, offset: u32) -> u32 {
        self.at(offset).load(Ordering::Relaxed)
    }
    #[inline]
    fn store(&self, offset: u32, value: u32) {
        self.at(offset).store(value, Ordering::Relaxed);
        if offset == regs::DBGCMD.offset() {
            self.at(regs::INTMIS.offset()).fetch_or(1, Ordering::Relaxed);
        } else if offset == regs::INTCLR.offset() {
            self.at(regs::INTMIS.offset()).fetch_and(!value, Ordering::Relaxed);
        }
    }
}

/// Memory that the device and the processor see alike.
struct Coherent;

impl Mirror for Coherent {
    fn clean(&self, _: u32, _: &[u8]) {}
    fn invalidate(&self, _: u32, _: &mut [u8]) {}
}

static POWER: AlwaysOn = AlwaysOn::new();
/// The buffers that the handler swaps in, or has taken out.
static SPARE: Mutex<Option<Pair>> = Mutex::new(None);
/// What the handler does: 0 the same again, 1 with other buffers, 2 nothing more.
static NEXT: AtomicU32 = AtomicU32::new(0);

fn spare() -> std::sync::MutexGuard<'static, Option<Pair>> {
    SPARE.lock().unwrap_or_else(|e| panic!("{e}"))
}

fn handler(done: Done<'_, End, Linear>) {
    match NEXT.load(Ordering::Relaxed) {
        0 => {
            begin_rearm_same();
            let again = done.rearm_same();
            end_rearm_same();
            assert!(again.is_ok());
        }
        1 => {
            let pair = spare().take().unwrap_or_else(|| panic!("no other buffers"));
            begin_rearm();
            let last = done.rearm(pair);
            end_rearm();
            *spare() = last.ok();
        }
        _ => {
            begin_finish();
            let pair = done.finish();
            end_finish();
            *spare() = Some(pair);
        }
    }
}

fn main() {
    let sim = Pl330Sim::new(Config::zynq7000(), SimMemory::new().into()).unwrap_or_else(|e| panic!("{e}"));
    for offset in [regs::CR0.offset(), regs::CR1.offset(), regs::CRD.offset(), regs::DSR.offset()] {
        REGISTERS.at(offset).store(sim.load(offset), Ordering::Relaxed);
    }
    let programs = Arena::leak_mirrored(0x1000, 0x8_0000, &Coherent);
    let data = Arena::leak_mirrored(0x8000, 0x10_0000, &Coherent);
    let dmac = Dmac::new::<Dmac0>(Pl330::new(&REGISTERS), &POWER, programs, dma::Config::DEFAULT);
    let dmac: &'static Dmac<_> = Box::leak(Box::new(dmac));
    host_task(|cx| {
        let buffer = || -> DmaBuf<u8> { data.alloc(cx, 4096).unwrap_or_else(|e| panic!("{e}")) };
        let pair = || CopyPair { source: buffer(), destination: buffer() };
        let (mut first, second) = (pair(), pair());
        let channel = dmac.claim::<End>(cx).unwrap_or_else(|e| panic!("{e}"));
        let mut copier = channel.prepare_copy(cx, &first).unwrap_or_else(|(e, _)| panic!("{e}"));
        copier.set_handler(cx, &handler);
        let power: Active<Dmac0> = Active::resume(cx, &POWER).unwrap_or_else(|e| panic!("{e}"));
        *spare() = Some(second);
        for _ in 0..3 {
            begin_submit();
            let submitted = copier.submit(first, &power);
            end_submit();
            let submitted = submitted.unwrap_or_else(|r| panic!("{}", r.error));
            begin_issue();
            let issued = submitted.issue_detached();
            end_issue();
            assert!(issued.is_ok());
            for next in [0, 0, 1, 1, 2] {
                NEXT.store(next, Ordering::Relaxed);
                begin_interrupt();
                let served = dmac.irq();
                end_interrupt();
                assert!(served);
            }
            first = spare().take().unwrap_or_else(|| panic!("the handler kept the buffers"));
            *spare() = Some(pair());
        }
    });
}
