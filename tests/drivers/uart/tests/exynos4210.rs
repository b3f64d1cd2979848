//! The driver on a simulated Exynos4210: bytes out by DMA, bytes in by DMA, and no channel where none is wired.

#![allow(unsafe_code, reason = "implements the board's entry to its registers")]

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use example_uart::{Error, Silence, Uart};
use linkwright::consumer::{Board, Consumer, Dma, OperationError};
use linkwright::context::{Task, host_task};
use linkwright::dma::{Config, Dmac, Provider};
use linkwright::mmio::{Bus, Word};
use linkwright::power::{AlwaysOn, PowerCore};
use linkwright_exynos4210::{Clock, Pdma0, Serial0, pdma0, serial0};
use linkwright_pl330::Pl330;
use linkwright_sim::{self as sim, FifoConfig, FifoPeripheral, Pl330Sim, SimMemory};
use linkwright_subsystems::clk::{self, Clk};
use linkwright_subsystems::interrupt::{self, Interrupt};

enum Host {}

/// Clocks of 24 MHz, and interrupts that never come.
struct Chip;
static CHIP: Chip = Chip;

impl clk::Provider for Chip {
    fn rate(&self, _: &Task<'_>, _: &'static [u64]) -> Result<u64, OperationError> {
        Ok(24_000_000)
    }
}
impl interrupt::Provider for Chip {
    fn request(&self, _: &Task<'_>, _: &'static [u64], _: &'static (dyn Fn() + Sync)) -> Result<(), OperationError> {
        Ok(())
    }
    fn enable(&self, _: &'static [u64]) -> Result<(), OperationError> {
        Ok(())
    }
}

static SILENCE: Silence = Silence::new();
static IGNORE: fn() = || ();

linkwright::providers! {
    Host {
        Clock: Clk = &CHIP;
        linkwright_exynos4210::Gic: Interrupt = &CHIP;
        Pdma0: Dma = &rig().engine as &dyn Provider;
    }
}

static POWER: AlwaysOn = AlwaysOn::new();

impl Board for Host {
    type Bus = Registers;
    unsafe fn bus(_: u64, _: u64) -> Registers {
        Registers
    }
    fn power() -> &'static dyn PowerCore {
        &POWER
    }
}

/// The UART's registers: memory that starts as zeros.
#[derive(Debug)]
struct Registers;
static VALUES: Mutex<BTreeMap<u32, u64>> = Mutex::new(BTreeMap::new());

impl<W: Word> Bus<W> for Registers {
    fn load(&self, offset: u32) -> W {
        W::truncate(VALUES.lock().expect("not poisoned").get(&offset).copied().unwrap_or(0))
    }
    fn store(&self, offset: u32, value: W) {
        VALUES.lock().expect("not poisoned").insert(offset, value.widen());
    }
}

struct Rig {
    board: sim::Board,
    engine: Dmac<Pl330<&'static Pl330Sim>>,
    sent: FifoPeripheral,
    received: FifoPeripheral,
}

fn rig() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let sent = FifoPeripheral::new(FifoConfig::transmitter(1, None));
        let received = FifoPeripheral::new(FifoConfig::receiver(1, None));
        let base = serial0::BASE as u32;
        let memory = SimMemory::new()
            .with_device(base + linkwright_samsung_uart::regs::UTXH.offset(), 4, sent.clone())
            .with_device(base + linkwright_samsung_uart::regs::URXH.offset(), 4, received.clone());
        let board = sim::Board::with_memory(sim::Config::exynos4210_pdma(), memory).expect("a controller");
        board.dmac.attach(serial0::dmas::TX as u8, sent.requester());
        board.dmac.attach(serial0::dmas::RX as u8, received.requester());
        let config = Config { polled: true, ..pdma0::CONFIG };
        let engine = Dmac::new::<Pdma0>(Pl330::new(board.dmac), &POWER, board.programs, config);
        Rig { board, engine, sent, received }
    })
}

#[test]
fn bytes_go_out_and_come_in() {
    host_task(|cx| {
        let mut uart = Uart::<Serial0, Host>::acquire(cx).expect("everything is there");
        let power = Uart::<Serial0, Host>::power(cx).expect("on");
        uart.open(cx, &power, 115_200).expect("a baud rate");
        assert_eq!(VALUES.lock().expect("not poisoned")[&linkwright_samsung_uart::regs::UBRDIV.offset()], 12);
        assert_eq!(uart.open(cx, &power, 3_000_000), Err(Error::Baud), "the clock is too slow");

        let (data, dmac) = (rig().board.data, rig().board.dmac);
        let mut sender = uart.sender(data).expect("a channel");
        for text in ["split prepare, nothing lost", "x", "", "anything, of any length"] {
            sender.write(cx, text.as_bytes(), &power).expect("all is sent");
            dmac.run_until_idle(10_000);
            assert_eq!(rig().sent.take(), text.as_bytes());
        }
        assert!(matches!(uart.sender(data), Err(Error::NoChannel)), "it is with the sender");
        // A sender that goes away gives its channel back to the engine, not to the driver.
        drop(sender);

        let mut receiver = uart.receiver(cx, (2, 4), &SILENCE, &IGNORE).expect("a channel");
        receiver.start(data.alloc(cx, 8).expect("room"), &power).expect("starts");
        rig().received.feed(b"hello");
        dmac.run_until_idle(10_000);
        let mut bytes = [0; 8];
        assert_eq!(receiver.take(&mut bytes), Ok(5));
        assert_eq!(&bytes[..5], b"hello");
        assert_eq!(receiver.take(&mut bytes), Ok(0), "no more has come");
        assert_eq!(receiver.stop(cx).expect("stops").bufs.len(), 8, "the buffer is back");
        drop(receiver);
        uart.release(cx);
        // Everything is back: it can be acquired again.
        Uart::<Serial0, Host>::acquire(cx).expect("everything is there").release(cx);
    });
}
