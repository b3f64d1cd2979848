//! The controller moves into its engine, which alone drives it.
//!
//! error: E0382
use ui::*;

pub fn f(pl330: Pl330<Mmio<0x1000>>, core: &'static dyn PowerCore, arena: &'static Arena) {
    let dmac: Dmac<_> = Dmac::new::<Mdma1>(pl330, core, arena, Config::DEFAULT);
    drop(pl330); //~ error
    //~ control:
    drop(dmac);
}
