//! What is simulated: three DMA controllers on one memory, and four UARTs at their request lines.

use linkwright::mmio::{Bus, Word};
use linkwright_samsung_uart::regs;
use linkwright_sim::{Board, Config, Pl330Sim, SimMemory};

use crate::soc;
use crate::uart::Uart;

/// The simulated part of the chip.
#[derive(Debug)]
pub struct Hardware {
    /// The first controller for peripherals, with the memory of all.
    pub board: Board,
    /// The second one.
    pub pdma1: &'static Pl330Sim,
    /// The one that copies memory, in the display's power domain.
    pub mdma1: &'static Pl330Sim,
    /// UARTs.
    pub serial: [Uart; 4],
}

/// How drivers reach registers.
#[derive(Clone, Copy, Debug)]
pub enum Window {
    /// A UART's.
    Uart(&'static Uart),
}

/// Where a UART is, and at which request lines of which controller.
struct Place {
    name: &'static str,
    base: u64,
    clock: u32,
    transmit: u32,
    receive: u32,
    second: bool,
}

macro_rules! place {
    ($serial:ident, $second:expr) => {
        Place {
            name: stringify!($serial),
            base: soc::$serial::BASE,
            clock: soc::$serial::clocks::UART,
            transmit: soc::$serial::dmas::TX,
            receive: soc::$serial::dmas::RX,
            second: $second,
        }
    };
}

const PLACES: [Place; 4] =
    [place!(serial0, false), place!(serial1, true), place!(serial2, false), place!(serial3, true)];

impl Hardware {
    pub(crate) fn new() -> Self {
        let serial = PLACES.map(|place| Uart::new(place.name));
        let mut memory = SimMemory::new();
        for (uart, place) in serial.iter().zip(&PLACES) {
            let base = place.base as u32;
            memory = memory.with_device(base + regs::UTXH.offset(), 4, uart.sent.clone()).with_device(
                base + regs::URXH.offset(),
                4,
                uart.received.clone(),
            );
        }
        let board = Board::with_memory(Config::exynos4210_pdma(), memory).expect("a controller");
        let beside = |config| -> &'static Pl330Sim {
            Box::leak(Box::new(Pl330Sim::new(config, board.dmac.memory().clone()).expect("a controller")))
        };
        let (pdma1, mdma1) = (beside(Config::exynos4210_pdma()), beside(Config::exynos4210_mdma()));
        for (uart, place) in serial.iter().zip(&PLACES) {
            let controller = if place.second { pdma1 } else { board.dmac };
            controller.attach(place.transmit as u8, uart.sent.requester());
            controller.attach(place.receive as u8, uart.received.requester());
        }
        // Nothing runs before it is needed.
        for controller in [board.dmac, pdma1, mdma1] {
            controller.set_clock(false);
        }
        mdma1.set_power(false);
        Self { board, pdma1, mdma1, serial }
    }

    /// A clock begins to run, or stops.
    pub(crate) fn clock(&self, number: u32, runs: bool) {
        match number {
            soc::pdma0::clocks::APB_PCLK => self.board.dmac.set_clock(runs),
            soc::pdma1::clocks::APB_PCLK => self.pdma1.set_clock(runs),
            soc::mdma1::clocks::APB_PCLK => self.mdma1.set_clock(runs),
            _ => {
                let uart = PLACES.iter().position(|place| place.clock == number);
                if let Some(uart) = uart.and_then(|at| self.serial.get(at)) {
                    uart.set_clock(runs);
                }
            }
        }
    }

    /// The display's power domain is switched.
    pub(crate) fn power(&self, on: bool) {
        self.mdma1.set_power(on);
    }

    pub(crate) fn window(&'static self, base: u64) -> Window {
        let uart = PLACES.iter().position(|place| place.base == base).and_then(|at| self.serial.get(at));
        Window::Uart(uart.expect("a driver's device is on the board"))
    }
}

impl<W: Word> Bus<W> for Window {
    fn load(&self, offset: u32) -> W {
        let Self::Uart(uart) = self;
        W::truncate(uart.load(offset).into())
    }

    fn store(&self, offset: u32, value: W) {
        let Self::Uart(uart) = self;
        uart.store(offset, value.widen() as u32);
    }
}
