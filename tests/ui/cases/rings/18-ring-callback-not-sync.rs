//! An interrupt shares the callback: state goes into a `Lock` or into atomics.
//!
//! error: E0277
//! says: is not a ring's callback
//! says: keep its state in a `Lock` or in atomics, not in a `Cell` or an `Rc`
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use ui::*;

pub fn f(cx: &Task<'_>, ring: &mut Ring<serial0::Tx>) {
    let (plain, atomic) = (Cell::new(0), AtomicU32::new(0));
    let handler = Box::leak(Box::new(move |_: Progress| {
        plain.set(plain.get() + 1);
        //~ control: atomic.fetch_add(1, Ordering::Relaxed);
    }));
    ring.set_handler(cx, handler); //~ error
}
