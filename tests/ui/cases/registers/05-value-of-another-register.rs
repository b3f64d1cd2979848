//! A value belongs to its register: it is not written to another.
//!
//! error: E0308
//! says: Value<Inten>
//! says: Value<Intmis>
use ui::*;

pub fn f(io: &Mmio<0x1000>) {
    let value = io.read(regs::INTMIS);
    //~ control: let value = io.read(regs::INTEN);
    io.write(regs::INTEN, value); //~ error
}
