//! An engine numbers its channels by the bits of a word.
//!
//! error: E0080
//! says: an engine has 1 to 32 channels
//! when: codegen
use ui::*;

pub fn f(controller: Pl330<Mmio<0x1000>>, core: &'static dyn PowerCore, arena: &'static Arena) -> u16 {
    let dmac = Dmac::<_, 33>::with_channels::<Mdma1>(controller, core, arena, Config::DEFAULT); //~ error
    //~ control: let dmac = Dmac::<_, 32>::with_channels::<Mdma1>(controller, core, arena, Config::DEFAULT);
    dmac.device().get()
}
