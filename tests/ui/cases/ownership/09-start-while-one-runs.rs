//! The first transfer borrows the channel until it is waited for or dropped. For several in a row use a queue.
//!
//! error: E0499
use ui::*;

pub fn f(
    cx: &Task<'_>,
    mut tx: Prepared<serial0::Tx, Linear>,
    (a, b): (DmaBuf<u8>, DmaBuf<u8>),
    power: &Active<Serial0>,
) {
    let Ok(first) = tx.start(a, power) else { return };
    //~ control: let Ok(first) = tx.start(a, power).map(|transfer| transfer.wait(cx)) else { return };
    let second = tx.start(b, power); //~ error
    drop((first, second));
}
