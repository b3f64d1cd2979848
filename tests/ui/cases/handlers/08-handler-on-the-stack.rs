//! The handler is called long after this function has returned: keep it in a `static`.
//!
//! error: E0597
use ui::*;

static HANDLER: fn(Done<'_, Copier, Linear>) = |done| drop(done.finish());

pub fn f(cx: &Task<'_>, copy: &mut Prepared<Copier, Linear>) {
    let handler = |done: Done<'_, Copier, Linear>| drop(done.finish());
    copy.set_handler(cx, &handler); //~ error
    //~ control: copy.set_handler(cx, &HANDLER);
}
