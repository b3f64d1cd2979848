//! A supplier that the ip's spec does not name is no resource of the driver: list it there.
//!
//! error: E0277
//! says: is no resource of a `samsung-spi`
//! says: or list the resource under `consumes` in ip/samsung-spi.yaml
use ui::*;

#[derive(Consumer)]
#[consumer(spi)]
pub struct Driver<I: spi::Instance, B: spi::Board<I>> {
    registers: spi::Registers<I, B>,
    bus_clock: spi::clocks::Spi<I>,
    bit_clock: spi::clocks::SpiBusclk0<I>,
    irq: spi::interrupts::Irq<I>,
    uart: clk::Handle<<Serial0 as uart::Instance>::ClocksUart>, //~ error
    //~ control:
}
