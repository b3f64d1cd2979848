//! The buffers belong to the transfer; they come back with its result.
//!
//! error: E0382
//! says: CopyPair<u8>
use ui::*;

pub fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: &Active<Mdma1>) {
    if let Ok(transfer) = copy.start(pair, power) {
        //~ control: if let Ok(transfer) = copy.start(pair, power) { let pair = transfer.wait(cx).bufs;
        println!("{}", pair.destination[0]); //~ error
    }
}
