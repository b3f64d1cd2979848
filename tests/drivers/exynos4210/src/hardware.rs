//! What is simulated: three DMA controllers on one memory, with four UARTs and three SPI controllers at their request
//! lines.

use std::sync::{Arc, Mutex};

use linkwright::device::{DomainCall, DomainOps, Errno};
use linkwright::mmio::{Bus, Word};
use linkwright_samsung_spi::regs as spi_regs;
use linkwright_samsung_uart::regs as uart_regs;
use linkwright_sim::{Board, Config, Pl330Sim, SimMemory};

use crate::soc;
use crate::spi::Spi;
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
    /// SPI controllers.
    pub spi: [Spi; 3],
}

/// How drivers reach registers.
#[derive(Clone, Copy, Debug)]
pub enum Window {
    /// A UART's.
    Uart(&'static Uart),
    /// An SPI controller's.
    Spi(&'static Spi),
}

/// Where a device is, and at which request lines of which controller.
#[derive(Clone, Copy)]
struct Place {
    name: &'static str,
    base: u64,
    clock: u32,
    transmit: u32,
    receive: u32,
    /// At the second controller.
    second: bool,
}

macro_rules! place {
    ($device:ident, $clock:ident, second: $second:expr) => {
        Place {
            name: stringify!($device),
            base: soc::$device::BASE,
            clock: soc::$device::clocks::$clock,
            transmit: soc::$device::dmas::TX,
            receive: soc::$device::dmas::RX,
            second: $second,
        }
    };
}

const SERIAL: [Place; 4] = [
    place!(serial0, UART, second: false),
    place!(serial1, UART, second: true),
    place!(serial2, UART, second: false),
    place!(serial3, UART, second: true),
];
const SPI: [Place; 3] =
    [place!(spi0, SPI, second: false), place!(spi1, SPI, second: true), place!(spi2, SPI, second: false)];

impl Hardware {
    pub(crate) fn new() -> Self {
        let serial = SERIAL.map(|place| Uart::new(place.name));
        let spi = SPI.map(|place| Spi::new(place.name));
        let mut memory = SimMemory::new();
        for (uart, place) in serial.iter().zip(&SERIAL) {
            let base = place.base as u32;
            memory = memory.with_device(base + uart_regs::UTXH.offset(), 4, uart.sent.clone()).with_device(
                base + uart_regs::URXH.offset(),
                4,
                uart.received.clone(),
            );
        }
        for (spi, place) in spi.iter().zip(&SPI) {
            let base = place.base as u32;
            memory = memory.with_device(base + spi_regs::SPI_TX_DATA.offset(), 4, spi.out()).with_device(
                base + spi_regs::SPI_RX_DATA.offset(),
                4,
                spi.back(),
            );
        }
        let board = Board::with_memory(Config::exynos4210_pdma(), memory).expect("a controller");
        let beside = |config| -> &'static Pl330Sim {
            Box::leak(Box::new(Pl330Sim::new(config, board.dmac.memory().clone()).expect("a controller")))
        };
        let (pdma1, mdma1) = (beside(Config::exynos4210_pdma()), beside(Config::exynos4210_mdma()));
        let controller = |place: &Place| if place.second { pdma1 } else { board.dmac };
        for (uart, place) in serial.iter().zip(&SERIAL) {
            controller(place).attach(place.transmit as u8, uart.sent.requester());
            controller(place).attach(place.receive as u8, uart.received.requester());
        }
        for (spi, place) in spi.iter().zip(&SPI) {
            controller(place).attach(place.transmit as u8, Arc::new(Mutex::new(spi.out())));
            controller(place).attach(place.receive as u8, Arc::new(Mutex::new(spi.back())));
        }
        // Nothing runs before it is needed.
        for controller in [board.dmac, pdma1, mdma1] {
            controller.set_clock(false);
        }
        mdma1.set_power(false);
        Self { board, pdma1, mdma1, serial, spi }
    }

    /// A clock begins to run, or stops.
    pub(crate) fn clock(&self, number: u32, runs: bool) {
        match number {
            soc::pdma0::clocks::APB_PCLK => self.board.dmac.set_clock(runs),
            soc::pdma1::clocks::APB_PCLK => self.pdma1.set_clock(runs),
            soc::mdma1::clocks::APB_PCLK => self.mdma1.set_clock(runs),
            _ => {}
        }
        self.serial.iter().zip(SERIAL).filter(|(_, place)| place.clock == number).for_each(|(uart, _)| {
            uart.set_clock(runs);
        });
        self.spi.iter().zip(SPI).filter(|(_, place)| place.clock == number).for_each(|(spi, _)| {
            spi.set_clock(runs);
        });
    }

    pub(crate) fn window(&'static self, base: u64) -> Window {
        let uart = self.serial.iter().zip(SERIAL).find(|(_, place)| place.base == base);
        let spi = self.spi.iter().zip(SPI).find(|(_, place)| place.base == base);
        let window = uart.map(|(uart, _)| Window::Uart(uart)).or(spi.map(|(spi, _)| Window::Spi(spi)));
        window.expect("a driver's device is on the board")
    }
}

/// The switch of the display's power domain.
impl DomainOps for Hardware {
    fn power_on(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.mdma1.set_power(true);
        Ok(())
    }
    fn power_off(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.mdma1.set_power(false);
        Ok(())
    }
    fn is_on(&self) -> bool {
        // Nobody has switched it on when the topology is loaded.
        false
    }
}

impl<W: Word> Bus<W> for Window {
    fn load(&self, offset: u32) -> W {
        let value = match self {
            Self::Uart(uart) => uart.load(offset),
            Self::Spi(spi) => spi.load(offset),
        };
        W::truncate(value.into())
    }

    fn store(&self, offset: u32, value: W) {
        let value = value.widen() as u32;
        match self {
            Self::Uart(uart) => uart.store(offset, value),
            Self::Spi(spi) => spi.store(offset, value),
        }
    }
}
