//! A constant index is checked while compiling.
//!
//! error: E0080
//! says: value outside MIN..=MAX of its `Bounded`
//! when: codegen
use ui::*;

pub fn f(io: &Mmio<0x1000>) -> u32 {
    let thread = Bounded::of::<8>(); //~ error
    //~ control: let thread = Bounded::of::<7>();
    io.read(regs::FTR.at(thread)).word()
}
