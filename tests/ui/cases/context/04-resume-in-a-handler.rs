//! Switching a device on may sleep. A handler asks for a guard *if* the device runs, or shares one it was given.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, Copier, Linear>, core: &'static dyn PowerCore) {
    let _guard = Active::<Serial0>::resume(core); //~ error
    //~ control: let _guard = Active::<Serial0>::get_if_active(core);
    done.finish();
}
