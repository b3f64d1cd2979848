//! Who is told of the end is chosen in sleepable context, before the first transfer.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

static HANDLER: fn(Done<'_, Copier, Linear>) = |done| drop(done.finish());

pub fn handler(done: Done<'_, Copier, Linear>, other: &mut Prepared<Copier, Linear>) {
    other.set_handler(&HANDLER); //~ error
    //~ control:
    done.finish();
}
