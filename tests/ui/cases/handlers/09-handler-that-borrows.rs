//! What a handler uses must outlive this function: give it away with `move`, or keep it in a `static`.
//!
//! error: E0373
use std::sync::atomic::{AtomicU32, Ordering};
use ui::*;

pub fn f(cx: &Task<'_>, copy: &mut Prepared<Copier, Linear>) {
    let count = AtomicU32::new(0);
    let handler = Box::leak(Box::new(|done: Done<'_, Copier, Linear>| { //~ error
        //~ control: let handler = Box::leak(Box::new(move |done: Done<'_, Copier, Linear>| {
        count.fetch_add(1, Ordering::Relaxed);
        done.finish();
    }));
    copy.set_handler(cx, handler);
}
