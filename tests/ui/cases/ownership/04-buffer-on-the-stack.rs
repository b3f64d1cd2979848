//! The stack goes away while the hardware still writes to it: allocate from an `Arena`, or use `copy_blocking`.
//!
//! error: E0308
//! says: DmaBuf<u8>
//! says: &mut [u8; 64]
use ui::*;

pub fn f(mut rx: Prepared<serial0::Rx, Linear>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let mut stack = [0_u8; 64];
    drop(rx.start(&mut stack, power)); //~ error
    //~ control: drop(rx.start(bytes, power));
}
