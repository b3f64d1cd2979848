//! The channel moves into its queue; `synchronize` gives it back.
//!
//! error: E0382
use ui::*;

static STORAGE: QueueStorage<serial0::Tx, Linear, 4> = QueueStorage::new();

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let Ok(queue) = tx.into_queue(cx, &STORAGE) else { return };
    drop(tx.start(bytes, power)); //~ error
    //~ control: let _ = queue.submit(bytes, power);
    queue.issue();
}
