//! There is no `Task` in a completion handler: prepare before the first transfer, and re-arm in the handler.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

fn spare() -> Channel<Copier> {
    loop {}
}

pub static HANDLER: fn(Done<'_, Copier, Linear>) = |done| {
    drop(spare().prepare(Linear::new(64))); //~ error
    //~ control:
    done.finish();
};
