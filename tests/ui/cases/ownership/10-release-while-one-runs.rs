//! A channel is released after its transfer: wait for it, or stop it, first.
//!
//! error: E0505
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(transfer) = tx.start(bytes, power) else { return };
    let _ = tx.release(cx); //~ error
    //~ control:
    transfer.wait(cx);
}
