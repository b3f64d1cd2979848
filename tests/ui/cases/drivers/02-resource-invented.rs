//! A field is a resource of the ip, or says that it is none.
//!
//! error: E0277
//! says: `u32` is no resource of a `samsung-uart`
//! says: give the field one of them, mark it `#[consumer(skip)]`, or list the resource under `consumes`
use ui::*;

#[derive(Consumer)]
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    sent: u32, //~ error
    //~ control: #[consumer(skip)] sent: u32,
}
