//! What a receiver brings is pulled; pushing needs the transmitter's ring.
//!
//! error: E0599
//! says: `<serial0::Rx as Endpoint>::Direction = MemoryToDevice`
use ui::*;

pub fn f(rx: &mut Ring<serial0::Rx>, tx: &mut Ring<serial0::Tx>) {
    let _ = rx.push(b"hello"); //~ error
    //~ control: let _ = tx.push(b"hello");
}
