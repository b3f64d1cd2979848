//! Writing back what was read would clear every bit that is set.
//!
//! error: E0277
//! says: what is `WriteToClear` cannot be read, changed and written back
//! says: `write` a whole value: of `WriteToClear` one with only the bits to clear
use linkwright::mmio::{Field, Reg};
use ui::*;

const STATUS: Reg<regs::Inten, WriteToClear> = Reg::new(0x10);
const DONE: Field<regs::Inten, bool> = Field::new(3, 1);

pub fn f(io: &Mmio<0x1000>) {
    io.modify(STATUS, |value| value.with(DONE, true)); //~ error
    //~ control: io.write(STATUS, Value::zero().with(DONE, true));
}
