//! The guard must be of the endpoint's own device, even where another has the same suppliers.
//!
//! error: E0308
//! says: &Active<Serial0>
//! says: &Active<Serial1>
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, own: Active<Serial0>, other: Active<Serial1>) {
    drop(tx.start(bytes, &other)); //~ error
    //~ control: drop(tx.start(bytes, &own));
}
