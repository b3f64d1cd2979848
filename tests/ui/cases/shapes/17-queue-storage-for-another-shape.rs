//! A queue's storage holds buffers of one endpoint and shape.
//!
//! error: E0308
//! says: `&'static QueueStorage<_, Linear, _>`
//! says: `&QueueStorage<_, Rect, 4>`
use ui::*;

static RECTS: QueueStorage<Copier, Rect, 4> = QueueStorage::new();
static STORAGE: QueueStorage<Copier, Linear, 4> = QueueStorage::new();

pub fn f(cx: &Task<'_>, copy: Prepared<Copier, Linear>) {
    drop(copy.into_queue(cx, &RECTS)); //~ error
    //~ control: drop(copy.into_queue(cx, &STORAGE));
}
