//! Claiming may wait for the controller's power: claim in probe, where there is a `Task`.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler<C: Controller>(done: Done<'_, Copier, Linear>, dmac: &'static Dmac<C>) {
    let _ = dmac.claim::<Copier>(); //~ error
    //~ control: let _ = dmac.device();
    done.finish();
}
