//! Stopping waits for the hardware: a handler wakes a task that does it, or drops the ring.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, ring: Ring<serial0::Tx>) {
    let mut ring = ring;
    drop(ring.stop()); //~ error
    //~ control: drop(ring);
    done.finish();
}
