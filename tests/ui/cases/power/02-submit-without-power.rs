//! Submitting takes a count of its own from the guard: resume the device first, in sleepable context.
//!
//! error: E0061
//! says: &Active<Serial0>
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: Active<Serial0>) {
    drop(tx.submit(bytes)); //~ error
    //~ control: drop(tx.submit(bytes, &power));
}
