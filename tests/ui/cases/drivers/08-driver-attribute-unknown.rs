//! The attribute names the ip, and the parameters if they are not the first ones.
//!
//! error: none
//! says: expected the module `driver` of the ip's crate, `instance = TYPE` or `board = TYPE`
use ui::*;

#[derive(Consumer)]
#[consumer(uart, device = I)] //~ error
//~ control: #[consumer(uart, instance = I, board = B)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
}
