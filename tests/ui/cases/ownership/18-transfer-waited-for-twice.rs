//! The result and the buffers are given once.
//!
//! error: E0382
use ui::*;

pub fn f(cx: &Task<'_>, transfer: Transfer<'_, serial0::Tx, Linear>) {
    let first = transfer.wait(cx);
    let second = transfer.stop(cx); //~ error
    //~ control: let second = first.bufs;
}
