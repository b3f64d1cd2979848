//! A `Task` is true of the thread it was made for; every thread makes its own.
//!
//! error: E0277
//! says: OnlyInItsOwnContext
//! says: Task<'_>
use ui::*;

pub fn f(cx: &Task<'_>) {
    std::thread::scope(|threads| {
        threads.spawn(|| cx.might_sleep()); //~ error
        //~ control: threads.spawn(|| host_task(|cx| cx.might_sleep()));
    });
}
