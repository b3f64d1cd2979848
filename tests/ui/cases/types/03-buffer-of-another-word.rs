//! The port's width is a fact of the device: the buffer consists of its words.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: DmaBuf<u16>
use ui::*;

pub fn f(cx: &Task<'_>, arena: &'static Arena, mut tx: Prepared<serial0::Tx, Linear>, power: &Active<Serial0>) {
    let Ok(bytes) = arena.alloc::<u16>(cx, 64) else { return };
    //~ control: let Ok(bytes) = arena.alloc::<u8>(cx, 64) else { return };
    drop(tx.start(bytes, power)); //~ error
}
