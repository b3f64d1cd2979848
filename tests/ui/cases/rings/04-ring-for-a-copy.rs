//! A ring has a device on one side: copies have an end.
//!
//! error: E0277
//! says: `MemoryToMemory` has no device side
//! says: this takes an endpoint of direction `MemoryToDevice` or `DeviceToMemory`
use ui::*;

pub fn f(cx: &Task<'_>, copy: Channel<Copier>, tx: Channel<serial0::Tx>) {
    drop(copy.prepare_ring(cx, 4, 64)); //~ error
    //~ control: drop(tx.prepare_ring(cx, 4, 64));
}
