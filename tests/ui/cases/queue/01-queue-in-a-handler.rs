//! Making a queue of a channel replaces its handler: do so before the first transfer.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

static STORAGE: QueueStorage<Copier, Linear, 4> = QueueStorage::new();

pub fn handler(done: Done<'_, Copier, Linear>, spare: Prepared<Copier, Linear>) {
    let _ = spare.into_queue(&STORAGE); //~ error
    //~ control:
    done.finish();
}
