//! A slice of a buffer ends before the buffer moves into the transfer.
//!
//! error: E0505
use ui::*;

pub fn f(mut tx: Prepared<serial0::Tx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let first = &bytes[..1];
    //~ control: let first = bytes[..1].to_vec();
    drop(tx.start(bytes, power)); //~ error
    println!("{first:?}");
}
