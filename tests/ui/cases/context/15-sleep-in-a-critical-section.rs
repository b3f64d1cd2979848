//! `Task::atomic` borrows the proof: what may sleep belongs before or behind the critical section.
//!
//! error: E0502
use ui::*;

pub fn f(cx: &mut Task<'_>, arena: &'static Arena) {
    cx.atomic(|| drop(arena.alloc::<u8>(cx, 64))); //~ error
    //~ control: cx.atomic(|| arena.free_bytes());
}
