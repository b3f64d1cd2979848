//! Which way data goes is the endpoint's: receiving needs the receiver's.
//!
//! error: E0308
//! says: Prepared<Rx, Linear>
//! says: Prepared<Tx, Linear>
use ui::*;

pub struct Receiver {
    pub channel: Prepared<serial0::Rx, Linear>,
}

pub fn f(rx: Prepared<serial0::Rx, Linear>, tx: Prepared<serial0::Tx, Linear>) -> Receiver {
    Receiver { channel: tx } //~ error
    //~ control: Receiver { channel: rx }
}
