//! Every transfer of a queue takes a count of its own from the guard.
//!
//! error: E0061
//! says: &Active<Serial0>
use ui::*;

pub fn f(queue: &Queue<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let _ = queue.submit(bytes); //~ error
    //~ control: let _ = queue.submit(bytes, power);
}
