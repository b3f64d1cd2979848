//! A handler is of the channel's own endpoint and shape.
//!
//! error: E0631
use ui::*;

pub fn f(cx: &Task<'_>, tx: &mut Prepared<serial0::Tx, Linear>) {
    tx.set_handler(cx, &|done: Done<'_, serial0::Rx, Linear>| drop(done.finish())); //~ error
    //~ control: tx.set_handler(cx, &|done: Done<'_, serial0::Tx, Linear>| drop(done.finish()));
}
