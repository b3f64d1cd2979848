//! A scatter-gather transfer takes a list: lend it a static `SegmentStorage`.
//!
//! error: E0308
//! says: Segments<DmaBuf<u8>, 4>
//! says: DmaBuf<u8>
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Sg<4>>, one: DmaBuf<u8>, mut list: Segments<DmaBuf<u8>, 4>, power: &Active<Serial0>) {
    drop(tx.start(one, power)); //~ error
    //~ control: drop(list.push(one)); drop(tx.start(list, power));
}
