//! A ring needs its device's power; the link then proves the controller's.
//!
//! error: E0308
//! says: &Active<Serial0>
//! says: &Active<Pdma0>
use ui::*;

pub fn f(ring: &mut Ring<serial0::Tx>, bytes: DmaBuf<u8>, own: &Active<Serial0>, pdma: &Active<Pdma0>) {
    let _ = ring.start(bytes, pdma); //~ error
    //~ control: let _ = ring.start(bytes, own);
}
