//! A driver drives instances of its ip.
//!
//! error: E0277
//! says: the following other types implement trait `Instance`
use ui::*;

pub fn f(clock: uart::clocks::Uart<Pdma0>) {} //~ error
//~ control: pub fn f(clock: uart::clocks::Uart<Serial0>) {}
