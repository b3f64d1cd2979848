//! Channels and the interrupt point at their engine: keep it in a `static`.
//!
//! error: E0597
use ui::*;

pub fn f<C: Controller>(
    cx: &Task<'_>,
    controller: C,
    core: &'static dyn PowerCore,
    arena: &'static Arena,
) -> Option<Channel<Copier>> {
    let dmac = Dmac::new::<Mdma1>(controller, core, arena, Config::DEFAULT);
    //~ control: let dmac: &Dmac<C> = Box::leak(Box::new(Dmac::new::<Mdma1>(controller, core, arena, Config::DEFAULT)));
    dmac.claim(cx).ok() //~ error
}
