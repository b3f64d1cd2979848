//! A field belongs to its register: two that lie alike are not the same.
//!
//! error: E0308
//! says: Field<Ftr, bool, _>
//! says: Field<Ftrd, bool, ReadOnly>
use ui::*;

pub fn f(io: &Mmio<0x1000>) -> bool {
    let cause = io.read(regs::FTR.at(Bounded::of::<0>()));
    cause.get(regs::Ftrd::UNDEF_INSTR) //~ error
    //~ control: cause.get(regs::Ftr::UNDEF_INSTR)
}
