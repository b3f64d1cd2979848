//! What a provider is told to do by a reference is done to somebody's resource: take those of the SoC's generated crate.
//!
//! error: E0200
//! says: consumer::Reference
use ui::*;

pub struct MyClock;

impl consumer::Reference for MyClock { //~ error
    //~ control:
    //~ control: unsafe impl consumer::Reference for MyClock {
    type Consumer = Serial0;
    type Supplier = Clock;
    type Subsystem = clk::Clk;
    const NAME: &'static str = "clocks.uart";
    const PLACE: &'static str = "";
    const ARGS: &'static [u64] = &[312];
}
