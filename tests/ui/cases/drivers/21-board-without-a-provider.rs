//! A driver is bound to a device of a board that provides all it needs.
//!
//! error: E0277
//! says: board `MyBoard` names no provider of `Clk` for device `Clock`
//! says: to the board's `providers!` list
use ui::*;

pub struct MyBoard;

impl consumer::Board for MyBoard {
    type Bus = Mmio<0x1000>;
    // SAFETY: an example that does not run.
    unsafe fn bus(base: u64, size: u64) -> Self::Bus {
        unsafe { Mmio::new(base as usize) }
    }
    fn power() -> &'static dyn PowerCore {
        static CORE: AlwaysOn = AlwaysOn::new();
        &CORE
    }
}

pub struct Everything;
impl clk::Provider for Everything {}
impl interrupt::Provider for Everything {}

fn channels() -> &'static dyn Provider {
    unimplemented!()
}

providers! {
    MyBoard {
        Gic: interrupt::Interrupt = &Everything;
        //~ control: Gic: interrupt::Interrupt = &Everything; Clock: clk::Clk = &Everything;
        Pdma0: consumer::Dma = channels();
    }
}

#[derive(Consumer)]
#[consumer(uart)]
pub struct Driver<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
}

pub static SERIAL0: consumer::Bound<Driver<Serial0, MyBoard>> = consumer::Bound::new(); //~ error
