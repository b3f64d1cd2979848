//! A grant that nobody counted would be put without having been taken.
//!
//! error: E0451
//! says: Grant
use ui::*;

pub fn f(core: &'static dyn PowerCore, device: DeviceId) -> Option<Grant> {
    Some(Grant { core, device }) //~ error
    //~ control: Grant::get_if_active(core, device)
}
