//! A device's port is one side already: each block takes one buffer.
//!
//! error: E0308
//! says: Segments<DmaBuf<u8>, 4>
//! says: Segments<CopyPair<u8>, 4>
use ui::*;

pub fn f(
    mut tx: Prepared<serial0::Tx, Sg<4>>,
    (pairs, buffers): (Segments<CopyPair<u8>, 4>, Segments<DmaBuf<u8>, 4>),
    power: &Active<Serial0>,
) {
    drop(tx.start(pairs, power)); //~ error
    //~ control: drop(tx.start(buffers, power));
}
