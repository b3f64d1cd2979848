//! Stopping waits for the hardware: a handler drops the transfer, which kills the thread and goes on.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, other: Transfer<'_, Copier, Linear>) {
    other.stop(); //~ error
    //~ control: drop(other);
    done.finish();
}
