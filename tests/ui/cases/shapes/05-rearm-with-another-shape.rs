//! A program moves the shape it was planned for: re-arm with buffers of that.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: Segments<DmaBuf<u8>, 4>
use ui::*;

pub fn handler(done: Done<'_, serial0::Tx, Linear>, list: Segments<DmaBuf<u8>, 4>, one: DmaBuf<u8>) {
    drop(done.rearm(list)); //~ error
    //~ control: drop(done.rearm(one));
}
