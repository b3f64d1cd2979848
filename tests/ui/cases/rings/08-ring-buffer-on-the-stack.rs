//! The ring runs on when this function has returned: allocate its buffer from an `Arena`.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: &mut [u8; 256]
use ui::*;

pub fn f(ring: &mut Ring<serial0::Rx>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let mut stack = [0_u8; 256];
    let _ = ring.start(&mut stack, power); //~ error
    //~ control: let _ = ring.start(bytes, power);
}
