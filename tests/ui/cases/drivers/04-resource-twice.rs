//! A resource is acquired once.
//!
//! error: E0080
//! says: the driver has two fields for `dmas.tx`, which ip/samsung-uart.yaml lists once: remove one
use ui::*;

#[derive(Consumer)] //~ error
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    tx: uart::dmas::Tx<I>,
    rx: uart::dmas::Tx<I>,
    //~ control: rx: uart::dmas::Rx<I>,
}
