//! A fill's buffer consists of the endpoint's words.
//!
//! error: E0308
//! says: DmaBuf<u32>
//! says: DmaBuf<u8>
use ui::*;

pub fn f(mut fill: Prepared<MemoryFill<Mdma1, u32>, Linear>, bytes: DmaBuf<u8>, words: DmaBuf<u32>, power: &Active<Mdma1>) {
    drop(fill.start(bytes, power)); //~ error
    //~ control: drop(fill.start(words, power));
}
