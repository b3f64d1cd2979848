//! A `Grant` counts, but does not say for which device: keep the `Active` it came from.
//!
//! error: E0308
//! says: &Active<Mdma1>
//! says: &Grant
use ui::*;

pub fn f(mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Mdma1>) {
    drop(copy.start(pair, &power.grant())); //~ error
    //~ control: drop(copy.start(pair, &power.share()));
}
