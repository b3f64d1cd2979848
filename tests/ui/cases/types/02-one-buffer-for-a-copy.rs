//! A copy needs both sides: a `CopyPair`.
//!
//! error: E0308
//! says: CopyPair<u8>
//! says: DmaBuf<u8>
use ui::*;

pub fn f(mut copy: Prepared<Copier, Linear>, source: DmaBuf<u8>, destination: DmaBuf<u8>, power: &Active<Mdma1>) {
    drop(copy.start(destination, power)); //~ error
    //~ control: drop(copy.start(CopyPair { source, destination }, power));
}
