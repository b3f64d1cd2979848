//! A field that is no resource is skipped, and may say what it begins as.
//!
//! error: none
//! says: expected `skip` or `skip = EXPRESSION`
use ui::*;

#[derive(Consumer)]
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    #[consumer(default = 1)] //~ error
    //~ control: #[consumer(skip = 1)]
    sent: u32,
}
