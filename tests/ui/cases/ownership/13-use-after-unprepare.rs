//! Preparing anew goes through the channel that `unprepare` gives back.
//!
//! error: E0382
//! says: Prepared::<E, S>::unprepare
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(channel) = tx.unprepare(cx) else { return };
    drop(tx.start(bytes, power)); //~ error
    //~ control: let _ = channel.release(cx);
}
