//! A transfer lives as long as the function that owns its channel: keep the channel longer, or start it detached.
//!
//! error: E0597
use ui::*;

pub fn f(
    mut tx: Prepared<serial0::Tx, Linear>,
    bytes: DmaBuf<u8>,
    power: &Active<Serial0>,
) -> Option<impl Sized + use<>> {
    tx.start(bytes, power).ok() //~ error
    //~ control: tx.start_detached(bytes, power).ok().map(|()| tx)
}
