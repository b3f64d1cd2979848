//! A claimed channel has no program yet: prepare it for a shape first.
//!
//! error: E0599
//! says: Channel<MemoryCopy<Mdma1>>
use ui::*;

pub fn f(cx: &Task<'_>, channel: Channel<Copier>, pair: CopyPair<u8>, power: &Active<Mdma1>) {
    drop(channel.start(pair, power)); //~ error
    //~ control: drop(channel.prepare(cx, Linear::new(64)).map(|mut copy| drop(copy.start(pair, power))));
}
