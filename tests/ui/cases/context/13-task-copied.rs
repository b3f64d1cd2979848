//! A proof is borrowed, not made: pass `cx` on.
//!
//! error: E0451
//! says: Task
use ui::*;

pub fn f(cx: &Task<'static>) {
    let second = Task { ..*cx }; //~ error
    //~ control: let second = cx;
    second.might_sleep();
}
