//! While a ring runs its buffer is reached by `push` and `pull`, which see whether the device was faster.
//!
//! error: E0382
//! says: DmaBuf<u8>
use ui::*;

pub fn f(ring: &mut Ring<serial0::Rx>, bytes: DmaBuf<u8>, power: &Active<Serial0>) {
    let _ = ring.start(bytes, power);
    let mut words = [0; 16];
    println!("{}", bytes[0]); //~ error
    //~ control: let _ = ring.pull(&mut words);
}
