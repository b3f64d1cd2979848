//! The handle has the buffers' fate: wait for it, stop it, or leak it before recovering.
//!
//! error: E0499
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(transfer) = tx.start(bytes, power) else { return };
    drop(tx.recover()); //~ error
    //~ control:
    transfer.wait(cx);
}
