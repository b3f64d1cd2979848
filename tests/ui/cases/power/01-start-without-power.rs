//! Resume the device first, in sleepable context, and keep the guard.
//!
//! error: E0061
//! says: argument #2 of type `&Active<Mdma1>` is missing
use ui::*;

pub fn f(mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Mdma1>) {
    drop(copy.start(pair)); //~ error
    //~ control: drop(copy.start(pair, &power));
}
