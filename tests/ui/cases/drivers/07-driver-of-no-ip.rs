//! A driver says which ip it drives.
//!
//! error: none
//! says: say which ip it drives: `#[consumer(path::to::driver)]` with the module `driver` of the ip's crate
use ui::*;

#[derive(Consumer)]
//~ control: #[derive(Consumer)] #[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> { //~ error
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
}
