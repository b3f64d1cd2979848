//! A controller writes wherever it is told to: driving it beside its engine is a promise to keep.
//!
//! error: E0133
//! says: Dmac::<C, CHANNELS>::controller
use ui::*;

pub fn f<C: Controller>(dmac: &'static Dmac<C>) {
    let state = dmac.controller().state(0); //~ error
    //~ control: let state = unsafe { dmac.controller() }.state(0);
}
