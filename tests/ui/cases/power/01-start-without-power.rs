//! Resume the device first, in sleepable context, and keep the guard.
//!
//! error: E0061
//! says: &Active<Mdma1>
use ui::*;

pub fn f(mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Mdma1>) {
    drop(copy.start(pair)); //~ error
    //~ control: drop(copy.start(pair, &power));
}
