//! Words are pushed as the device takes them.
//!
//! error: E0308
//! says: &[u8]
//! says: &[u16]
use ui::*;

pub fn f(ring: &mut Ring<serial0::Tx>) {
    let _ = ring.push([1_u16, 2].as_slice()); //~ error
    //~ control: let _ = ring.push([1_u8, 2].as_slice());
}
