//! Only resuming makes a guard.
//!
//! error: E0451
//! says: Active
use ui::*;

pub fn f(grant: Grant, core: &'static dyn PowerCore) -> Option<Active<Mdma1>> {
    Some(Active { grant, device: Default::default() }) //~ error
    //~ control: Active::get_if_active(core)
}
