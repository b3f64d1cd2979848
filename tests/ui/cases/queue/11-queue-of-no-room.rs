//! A queue has room for at least one transfer.
//!
//! error: E0080
//! says: a queue has room for at least one transfer
//! when: codegen
use ui::*;

pub fn f(cx: &Task<'_>, copy: Prepared<Copier, Linear>) {
    let storage = QueueStorage::<_, _, 0>::new(); //~ error
    //~ control: let storage = QueueStorage::<_, _, 1>::new();
    let _ = copy.into_queue(cx, Box::leak(Box::new(storage)));
}
