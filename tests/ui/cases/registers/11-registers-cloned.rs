//! One block has one owner; pass `&Mmio` on where others access it.
//!
//! error: E0599
//! says: Mmio
use ui::*;

pub fn f(io: Mmio<0x1000>) -> u32 {
    let second = io.clone(); //~ error
    //~ control: let second = &io;
    second.read(regs::INTMIS).word()
}
