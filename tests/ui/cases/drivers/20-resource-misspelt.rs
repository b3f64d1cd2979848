//! A name that is almost one of the ip's: the compiler shows the right one.
//!
//! error: E0425
//! says: cannot find type `Uarts` in module `uart::clocks`
//! says: a type alias with a similar name exists
use ui::*;

pub struct Driver<I: uart::Instance> {
    clock: uart::clocks::Uarts<I>, //~ error
    //~ control: clock: uart::clocks::Uart<I>,
}
