//! What the bits of a field mean has names.
//!
//! error: E0308
//! says: Security
use ui::*;

pub fn f(value: Value<regs::Dsr>) -> bool {
    value.get(regs::Dsr::DNS) == 1 //~ error
    //~ control: value.get(regs::Dsr::DNS) == regs::Security::NonSecure
}
