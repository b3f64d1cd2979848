//! A synchronized queue is a channel again.
//!
//! error: E0382
//! says: Queue::<E, S>::synchronize
use ui::*;

pub fn f(cx: &Task<'_>, queue: Queue<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(mut tx) = queue.synchronize(cx) else { return };
    let _ = queue.submit(bytes, power); //~ error
    //~ control: drop(tx.start(bytes, power));
}
