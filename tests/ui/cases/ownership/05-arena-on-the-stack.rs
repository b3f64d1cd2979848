//! Buffers point into their arena for as long as they live: keep it in a `static`.
//!
//! error: E0597
use ui::*;

pub fn f(cx: &Task<'_>, storage: &'static mut [u64], mirror: &'static dyn Mirror) -> Option<DmaBuf<u8>> {
    let arena = Arena::mirrored(storage, 0x4000_0000, mirror);
    arena.alloc(cx, 64).ok() //~ error
    //~ control: Box::leak(Box::new(arena)).alloc(cx, 64).ok()
}
