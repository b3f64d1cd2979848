//! A board says who provides what its drivers need.
//!
//! error: E0277
//! says: board `MyBoard` names no provider of `Clk` for device `Clock`
//! says: to the board's `providers!` list
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
impl clk::Provider for Cmu {}

providers! {
    MyBoard {
        //~ control: MyBoard { Clock: clk::Clk = &Cmu;
    }
}

pub fn f(cx: &Task<'_>) -> Option<impl Sized + use<>> {
    consumer::Supplied::<<Serial0 as uart::Instance>::ClocksUart>::find::<MyBoard>() //~ error
}
