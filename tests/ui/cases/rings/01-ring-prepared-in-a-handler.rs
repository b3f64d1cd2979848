//! There is no `Task` in a completion handler: prepare rings before.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, spare: Channel<serial0::Tx>) {
    drop(spare.prepare_ring(4, 64)); //~ error
    //~ control:
    done.finish();
}
