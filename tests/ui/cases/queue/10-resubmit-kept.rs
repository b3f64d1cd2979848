//! What a callback may submit with ends with it; from outside submit to the queue.
//!
//! error: E0521
use std::cell::RefCell;
use ui::*;

thread_local!(static KEPT: RefCell<Option<Ended<'static, Copier, Linear>>> = const { RefCell::new(None) });
thread_local!(static COOKIE: RefCell<Option<Cookie>> = const { RefCell::new(None) });

pub fn handler(ended: Ended<'_, Copier, Linear>) {
    KEPT.with(|kept| *kept.borrow_mut() = Some(ended)); //~ error
    //~ control: COOKIE.with(|kept| *kept.borrow_mut() = Some(ended.cookie));
}
