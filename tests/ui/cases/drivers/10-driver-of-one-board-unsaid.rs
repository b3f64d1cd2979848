//! A driver is for any device and board, or names its own.
//!
//! error: none
//! says: make the driver generic over its board, or name it: `#[consumer(…, board = TYPE)]`
use ui::*;

#[derive(Consumer)]
#[consumer(uart)]
pub struct Driver<I: uart::Instance> { //~ error
    //~ control: pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, consumer::ExampleBoard>,
    //~ control: registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
}
