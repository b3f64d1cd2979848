//! A channel is of one request line: claim the driver's own.
//!
//! error: E0308
//! says: serial0::Tx
//! says: serial2::Tx
use ui::*;

pub struct Driver {
    pub tx: Channel<serial0::Tx>,
}

pub fn f(own: Channel<serial0::Tx>, other: Channel<serial2::Tx>) -> Driver {
    Driver { tx: other } //~ error
    //~ control: Driver { tx: own }
}
