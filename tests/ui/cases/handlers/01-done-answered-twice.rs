//! An ended transfer is either started again or finished.
//!
//! error: E0382
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>) {
    let pair = done.finish();
    //~ control: let pair = spare();
    drop(done.rearm(pair)); //~ error
}

fn spare() -> CopyPair<u8> {
    loop {}
}
