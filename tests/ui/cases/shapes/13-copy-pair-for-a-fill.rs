//! What a fill writes is in its program: it takes one buffer.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: CopyPair<u8>
use ui::*;

pub fn f(mut fill: Prepared<MemoryFill<Mdma1>, Linear>, pair: CopyPair<u8>, power: &Active<Mdma1>) {
    drop(fill.start(pair, power)); //~ error
    //~ control: drop(fill.start(pair.destination, power));
}
