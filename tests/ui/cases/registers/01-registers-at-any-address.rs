//! That device memory lies there and is nobody else's is a promise to keep.
//!
//! error: E0133
//! says: Mmio::<SIZE>::new
use ui::*;

pub fn f() -> Mmio<0x1000> {
    Mmio::new(0x1284_0000) //~ error
    //~ control: unsafe { Mmio::new(0x1284_0000) }
}
