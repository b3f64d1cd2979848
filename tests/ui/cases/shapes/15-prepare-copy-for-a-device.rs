//! `prepare_copy` is for copies; a device's channel is prepared with a shape of one buffer.
//!
//! error: E0599
//! says: `<serial0::Tx as Endpoint>::Direction = MemoryToMemory`
use ui::*;

pub fn f(cx: &Task<'_>, channel: Channel<serial0::Tx>, pair: &CopyPair<u8>) {
    drop(channel.prepare_copy(cx, pair)); //~ error
    //~ control: drop(channel.prepare(cx, Linear::of(&pair.source)));
}
