//! A register that is only written gives nothing back.
//!
//! error: E0277
//! says: what is `WriteOnly` cannot be read
//! says: remember what was written, or read the register that shows the state
use ui::*;

pub fn f(io: &Mmio<0x1000>) -> u32 {
    io.read(regs::INTCLR).word() //~ error
    //~ control: io.read(regs::INTMIS).word()
}
