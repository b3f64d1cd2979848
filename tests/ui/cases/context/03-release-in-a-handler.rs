//! Releasing waits for the hardware: drop the channel instead, which only marks it, or release it from a task.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, spare: Prepared<Copier, Linear>) {
    let _ = spare.release(); //~ error
    //~ control: drop(spare);
    done.finish();
}
