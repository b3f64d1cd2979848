//! A driver has a field for each resource that its ip needs.
//!
//! error: E0080
//! says: the driver has no field for `interrupts.irq`, which ip/samsung-uart.yaml lists under `consumes`
//! says: add a field of type `interrupts::Irq<I>`, or make the resource optional there
use ui::*;

#[derive(Consumer)] //~ error
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    //~ control: pub struct Driver<I: uart::Instance, B: uart::Board<I>> { irq: uart::interrupts::Irq<I>,
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
}
