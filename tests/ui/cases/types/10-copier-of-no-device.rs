//! A copier names the controller that copies.
//!
//! error: E0277
//! says: `u8` is not a device
//! says: device types come from the generated crate of the SoC
use ui::*;

pub fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>) {
    drop(dmac.claim::<MemoryCopy<u8>>(cx)); //~ error
    //~ control: drop(dmac.claim::<MemoryCopy<Mdma1, u8>>(cx));
}
