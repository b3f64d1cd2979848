//! A `Done` ends with its handler: take the buffers with `finish`, and carry those.
//!
//! error: E0521
use std::cell::RefCell;
use ui::*;

thread_local!(static KEPT: RefCell<Option<Done<'static, Copier, Linear>>> = const { RefCell::new(None) });
thread_local!(static PAIR: RefCell<Option<CopyPair<u8>>> = const { RefCell::new(None) });

pub fn handler(done: Done<'_, Copier, Linear>) {
    KEPT.with(|kept| *kept.borrow_mut() = Some(done)); //~ error
    //~ control: PAIR.with(|kept| *kept.borrow_mut() = Some(done.finish()));
}
