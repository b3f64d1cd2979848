//! A transfer that did not start says why, and gives its buffers back.
//!
//! error: unused_must_use
//! says: Result
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) -> Option<DmaBuf<u8>> {
    tx.start_detached(bytes, power); //~ error
    //~ control: if let Err(rejected) = tx.start_detached(bytes, power) { return Some(rejected.bufs) }
    None
}
