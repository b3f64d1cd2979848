//! A handler is `Sync`, a `Task` is not; even one that lives for ever does not get in.
//!
//! error: E0277
//! says: is not a completion handler of this channel
//! says: a `Task` cannot get in: do what may sleep before starting, or in a task that the handler wakes
use ui::*;

pub fn f(cx: &'static Task<'static>, copy: &mut Prepared<Copier, Linear>) {
    let handler = Box::leak(Box::new(move |done: Done<'_, Copier, Linear>| {
        cx.might_sleep();
        //~ control:
        done.finish();
    }));
    copy.set_handler(cx, handler); //~ error
}
