//! A ring that nobody keeps gives its channel back at once.
//!
//! error: unused_must_use
//! says: dropping it releases the channel
use ui::*;

pub fn f(ring: Ring<serial0::Tx>) {
    ring.frames_of(2); //~ error
    //~ control: let _ring = ring.frames_of(2);
}
