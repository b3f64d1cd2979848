//! A device has several lines: claim one of its endpoints.
//!
//! error: E0277
//! says: `Serial0` is not a DMA endpoint
//! says: endpoint types come from the generated crate of the SoC; `MemoryCopy<D>` copies memory with controller `D`
use ui::*;

pub fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>) {
    drop(dmac.claim::<Serial0>(cx)); //~ error
    //~ control: drop(dmac.claim::<serial0::Tx>(cx));
}
