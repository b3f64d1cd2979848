//! A handler takes what has ended with `pop`, which never waits.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, queue: &Queue<serial0::Tx, Linear>) {
    drop(queue.wait()); //~ error
    //~ control: drop(queue.pop());
    done.finish();
}
