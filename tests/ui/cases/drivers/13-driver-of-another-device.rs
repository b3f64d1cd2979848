//! A driver drives instances of its ip.
//!
//! error: E0277
//! says: Serial0
use ui::*;

pub fn f(clock: uart::clocks::Uart<Pdma0>) {} //~ error
//~ control: pub fn f(clock: uart::clocks::Uart<Serial0>) {}
