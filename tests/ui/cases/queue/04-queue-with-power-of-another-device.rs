//! The guard must be of the endpoint's own device.
//!
//! error: E0308
//! says: &Active<Serial0>
//! says: &Active<Pdma0>
use ui::*;

pub fn f(queue: &Queue<serial0::Tx, Linear>, bytes: DmaBuf<u8>, own: &Active<Serial0>, pdma: &Active<Pdma0>) {
    let _ = queue.submit(bytes, pdma); //~ error
    //~ control: let _ = queue.submit(bytes, own);
}
