//! A device writes any bits: a buffer consists of plain words.
//!
//! error: E0277
//! says: a register or a DMA buffer consists of `u8`, `u16`, `u32` or `u64`
use ui::*;

pub struct Sample {
    pub left: u8,
    pub right: u16,
}

pub fn f(cx: &Task<'_>, arena: &'static Arena) {
    let _ = arena.alloc::<Sample>(cx, 64); //~ error
    //~ control: let _ = arena.alloc::<u16>(cx, 64);
}
