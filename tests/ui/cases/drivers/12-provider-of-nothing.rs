//! What provides clocks implements the subsystem's provider.
//!
//! error: E0277
//! says: clk::Provider
//! says: Cmu
use ui::*;

pub struct MyBoard;

impl consumer::Board for MyBoard {
    type Bus = Mmio<0x1000>;
    // SAFETY: an example that does not run.
    unsafe fn bus(base: u64, _: u64) -> Self::Bus {
        unsafe { Mmio::new(base as usize) }
    }
    fn power() -> &'static dyn PowerCore {
        static CORE: AlwaysOn = AlwaysOn::new();
        &CORE
    }
}

pub struct Cmu;
pub struct Clocks;
impl clk::Provider for Clocks {}

providers! {
    MyBoard {
        Clock: clk::Clk = &Cmu; //~ error
        //~ control: Clock: clk::Clk = &Clocks;
    }
}
