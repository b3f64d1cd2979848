//! Periods come one after the other: grant this one first.
//!
//! error: E0499
use ui::*;

pub fn f(ring: &mut GatedRing<serial0::Rx>) {
    let first = ring.period();
    //~ control: drop(ring.period());
    let second = ring.period(); //~ error
    drop((first, second));
    //~ control: drop(second);
}
