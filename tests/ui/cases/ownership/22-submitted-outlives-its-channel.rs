//! What was submitted borrows the channel: issue or cancel it before releasing.
//!
//! error: E0505
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(submitted) = tx.submit(bytes, power) else { return };
    let _ = tx.release(cx); //~ error
    //~ control:
    drop(submitted.cancel());
}
