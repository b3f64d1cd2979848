//! A list has as many places as the shape has blocks.
//!
//! error: E0308
//! says: `4`
//! says: `2`
use ui::*;

pub fn f(
    mut tx: Prepared<serial0::Tx, Sg<4>>,
    (two, four): (Segments<DmaBuf<u8>, 2>, Segments<DmaBuf<u8>, 4>),
    power: &Active<Serial0>,
) {
    drop(tx.start(two, power)); //~ error
    //~ control: drop(tx.start(four, power));
}
