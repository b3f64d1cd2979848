//! A field that the hardware sets stays as it is.
//!
//! error: E0277
//! says: what is `ReadOnly` cannot be written
use ui::*;

pub fn f(value: Value<regs::Dsr>) -> bool {
    let secure = value.with(regs::Dsr::DNS, regs::Security::Secure); //~ error
    //~ control: let secure = value.get(regs::Dsr::DNS);
    matches!(value.get(regs::Dsr::DNS), regs::Security::Secure)
}
