//! The list is in flight with its buffers: keep its storage in a `static`.
//!
//! error: E0597
use ui::*;

static STORAGE: SegmentStorage<DmaBuf<u8>, 4> = SegmentStorage::new();

pub fn f(mut tx: Prepared<serial0::Tx, Sg<4>>, power: &Active<Serial0>) {
    let storage = SegmentStorage::<DmaBuf<u8>, 4>::new();
    let Some(list) = storage.take() else { return }; //~ error
    //~ control: let Some(list) = STORAGE.take() else { return };
    drop(tx.start(list, power));
}
