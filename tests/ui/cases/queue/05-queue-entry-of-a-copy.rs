//! All transfers of a queue are of its channel's endpoint and shape.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: CopyPair<u8>
use ui::*;

pub fn f(queue: &Queue<serial0::Tx, Linear>, pair: CopyPair<u8>, power: &Active<Serial0>) {
    let _ = queue.submit(pair, power); //~ error
    //~ control: let _ = queue.submit(pair.source, power);
}
