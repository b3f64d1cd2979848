//! What the hardware shows is not ours to write.
//!
//! error: E0277
//! says: what is `ReadOnly` cannot be written
//! says: if the manual says otherwise, correct `access` in the spec
use ui::*;

pub fn f(io: &Mmio<0x1000>) {
    io.write(regs::DSR, Value::zero()); //~ error
    //~ control: io.read(regs::DSR);
}
