//! A driver holds every resource that its device needs, a clock that it never touches included.
//!
//! error: E0080
//! says: the driver has no field for `clocks.spi_busclk0`, which ip/samsung-spi.yaml lists under `consumes`
//! says: add a field of type `clocks::SpiBusclk0<I>`
use ui::*;

#[derive(Consumer)] //~ error
#[consumer(spi)]
pub struct Driver<I: spi::Instance, B: spi::Board<I>> {
    //~ control: pub struct Driver<I: spi::Instance, B: spi::Board<I>> { bit_clock: spi::clocks::SpiBusclk0<I>,
    registers: spi::Registers<I, B>,
    bus_clock: spi::clocks::Spi<I>,
    irq: spi::interrupts::Irq<I>,
}
