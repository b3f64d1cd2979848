//! A transfer to a device needs the device's power; its link then proves the controller's.
//!
//! error: E0308
//! says: &Active<Serial0>
//! says: &Active<Pdma0>
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, own: Active<Serial0>, pdma: Active<Pdma0>) {
    drop(tx.start(bytes, &pdma)); //~ error
    //~ control: drop(tx.start(bytes, &own));
}
