//! A device writes any bits, a `bool` has two values: use `u8` and look at what came.
//!
//! error: E0277
//! says: a register or a DMA buffer consists of `u8`, `u16`, `u32` or `u64`
use ui::*;

pub fn f(buffer: DmaBuf<bool>) {} //~ error
//~ control: pub fn f(buffer: DmaBuf<u8>) {}
