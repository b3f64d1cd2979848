//! A UART has no line of an SPI controller.
//!
//! error: E0277
//! says: is no resource of a `samsung-uart`
//! says: `dmas::Tx<I>`
use ui::*;

#[derive(Consumer)]
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    tx: Channel<spi0::Tx>, //~ error
    //~ control: tx: uart::dmas::Tx<I>,
}
