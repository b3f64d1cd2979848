//! A register array takes an index that was checked: `Bounded::new` for a number, `Bounded::of` for a constant.
//!
//! error: E0308
//! says: Bounded<0, 7>
//! says: u32
use ui::*;

pub fn f(io: &Mmio<0x1000>, thread: u32) -> Option<u32> {
    Some(io.read(regs::FTR.at(thread)).word()) //~ error
    //~ control: Some(io.read(regs::FTR.at(Bounded::new(thread)?)).word())
}
