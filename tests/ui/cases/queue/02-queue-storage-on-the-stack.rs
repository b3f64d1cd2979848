//! The interrupt finds a queue's transfers in its storage: keep it in a `static`.
//!
//! error: E0597
use ui::*;

static STORAGE: QueueStorage<Copier, Linear, 4> = QueueStorage::new();

pub fn f(cx: &Task<'_>, copy: Prepared<Copier, Linear>) {
    let storage = QueueStorage::<Copier, Linear, 4>::new();
    let _ = copy.into_queue(cx, &storage); //~ error
    //~ control: let _ = copy.into_queue(cx, &STORAGE);
}
