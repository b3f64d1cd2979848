//! A `Done` stays where its handler runs; buffers may go anywhere.
//!
//! error: E0277
//! says: OnlyInItsHandler
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>) {
    std::thread::scope(|threads| {
        threads.spawn(move || drop(done)); //~ error
        //~ control: let pair = done.finish(); threads.spawn(move || drop(pair));
    });
}
