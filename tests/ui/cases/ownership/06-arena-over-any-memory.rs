//! That this memory is nobody else's and that controllers reach it there is a promise to keep.
//!
//! error: E0133
//! says: Arena::new
use std::ptr::NonNull;
use ui::*;

static OPS: Coherent = Coherent;

pub fn f(base: NonNull<u8>) -> Arena {
    Arena::new(base, 4096, 0x4000_0000, 32, &OPS) //~ error
    //~ control: unsafe { Arena::new(base, 4096, 0x4000_0000, 32, &OPS) }
}
