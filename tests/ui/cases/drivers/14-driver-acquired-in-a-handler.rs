//! Acquiring what a device needs may wait for its providers: probe does it.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler<D: Consumer>(done: Done<'_, Copier, Linear>, bound: &consumer::Bound<D>)
where
    D: Send,
{
    let _ = bound.bind(); //~ error
    //~ control: let _ = bound.with(|_| ());
    done.finish();
}
