//! Waiting in a handler would keep the interrupt from being served that it waits for: ask `is_done`.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, other: Transfer<'_, Copier, Linear>) {
    let _ = other.wait(); //~ error
    //~ control: let _ = other.is_done();
    done.finish();
}
