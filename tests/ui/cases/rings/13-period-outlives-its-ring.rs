//! A period is memory of its ring: copy what must be kept.
//!
//! error: E0597
use ui::*;

pub fn f(spare: GatedRing<serial0::Rx>) -> Option<Vec<u8>> {
    let period = {
        let mut ring = spare;
        ring.period().ok()?? //~ error
        //~ control: ring.period().ok()??.to_vec()
    };
    Some(period.to_vec())
}
