//! A device's port is one side already: a transfer takes one buffer.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: CopyPair<u8>
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, pair: CopyPair<u8>, power: &Active<Serial0>) {
    drop(tx.start(pair, power)); //~ error
    //~ control: drop(tx.start(pair.source, power));
}
