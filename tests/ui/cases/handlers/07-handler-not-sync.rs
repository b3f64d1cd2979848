//! An interrupt shares the handler: state goes into a `Lock` or into atomics.
//!
//! error: E0277
//! says: is not a completion handler of this channel
//! says: keep its state in a `Lock` or in atomics, not in a `Cell` or an `Rc`
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use ui::*;

pub fn f(cx: &Task<'_>, copy: &mut Prepared<Copier, Linear>) {
    let (plain, atomic) = (Cell::new(0), AtomicU32::new(0));
    let handler = Box::leak(Box::new(move |done: Done<'_, Copier, Linear>| {
        plain.set(plain.get() + 1);
        //~ control: atomic.fetch_add(1, Ordering::Relaxed);
        done.finish();
    }));
    copy.set_handler(cx, handler); //~ error
}
