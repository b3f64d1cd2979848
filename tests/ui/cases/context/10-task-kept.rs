//! The proof ends with the context it was made for: pass it down as an argument.
//!
//! error: E0521
use ui::*;

pub fn f() {
    let mut kept: Option<&mut Task<'_>> = None;
    host_task(|cx| kept = Some(cx)); //~ error
    //~ control: host_task(|cx| cx.might_sleep());
    drop(kept);
}
