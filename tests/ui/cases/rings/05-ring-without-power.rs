//! A ring holds a count of its device's power for as long as it runs.
//!
//! error: E0061
//! says: &Active<Serial0>
use ui::*;

pub fn f(ring: &mut Ring<serial0::Tx>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let _ = ring.start(bytes); //~ error
    //~ control: let _ = ring.start(bytes, power);
}
