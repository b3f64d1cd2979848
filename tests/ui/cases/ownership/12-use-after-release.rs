//! A released channel is gone: claim another one, or keep it prepared.
//!
//! error: E0382
//! says: Prepared::<E, S>::release
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let _ = tx.release(cx);
    //~ control:
    drop(tx.start(bytes, power)); //~ error
}
