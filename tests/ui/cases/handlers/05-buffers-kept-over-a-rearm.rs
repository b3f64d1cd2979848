//! What `Done::bufs` shows is in flight again after re-arming.
//!
//! error: E0505
use ui::*;

pub fn handler(mut done: Done<'_, serial0::Rx, Linear>) {
    let bytes = done.bufs();
    //~ control: let bytes = done.bufs().to_vec();
    let again = done.rearm_same(); //~ error
    println!("{}", bytes[0]);
}
