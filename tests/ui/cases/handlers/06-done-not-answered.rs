//! Left alone, the buffers wait in `recover` and the channel stands still.
//!
//! error: unused_must_use
//! says: dropping it leaves the buffers to `recover`
use ui::*;

fn look(done: Done<'_, Copier, Linear>) -> Done<'_, Copier, Linear> {
    done
}

pub fn handler(done: Done<'_, Copier, Linear>) {
    look(done); //~ error
    //~ control: look(done).finish();
}
