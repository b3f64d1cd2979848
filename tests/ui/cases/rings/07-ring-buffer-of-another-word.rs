//! The port's width is a fact of the device: the buffer consists of its words.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: DmaBuf<u16>
use ui::*;

pub fn f(ring: &mut Ring<serial0::Tx>, bytes: DmaBuf<u8>, samples: DmaBuf<u16>, power: &Active<Serial0>) {
    let _ = ring.start(samples, power); //~ error
    //~ control: let _ = ring.start(bytes, power);
}
