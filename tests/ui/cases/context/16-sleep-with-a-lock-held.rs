//! `Task::lock` borrows the proof: what may sleep belongs before or behind the lock.
//!
//! error: E0502
use ui::*;

pub fn f(cx: &mut Task<'_>, lock: &Lock<u32>, core: &'static dyn PowerCore) {
    cx.lock(lock, |_| drop(Active::<Serial0>::resume(cx, core))); //~ error
    //~ control: cx.lock(lock, |_| drop(Active::<Serial0>::get_if_active(core)));
}
