//! The list belongs to the transfer; it comes back with the result.
//!
//! error: E0382
//! says: Segments<DmaBuf<u8>, 4>
use ui::*;

pub fn f(cx: &Task<'_>, mut tx: Prepared<serial0::Tx, Sg<4>>, list: Segments<DmaBuf<u8>, 4>, power: &Active<Serial0>) {
    if let Ok(transfer) = tx.start(list, power) {
        //~ control: if let Ok(transfer) = tx.start(list, power) { let list = transfer.wait(cx).bufs;
        println!("{}", list.len()); //~ error
    }
}
