//! What a transmitter sends is pushed; pulling needs the receiver's ring.
//!
//! error: E0599
//! says: `<serial0::Tx as Endpoint>::Direction = DeviceToMemory`
use ui::*;

pub fn f(rx: &mut Ring<serial0::Rx>, tx: &mut Ring<serial0::Tx>) {
    let _ = tx.pull(&mut [0; 16]); //~ error
    //~ control: let _ = rx.pull(&mut [0; 16]);
}
