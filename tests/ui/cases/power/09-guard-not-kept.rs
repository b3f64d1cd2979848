//! Without its guard the device may go off at any moment.
//!
//! error: unused_must_use
//! says: the device may be switched off as soon as the guard is dropped
use ui::*;

pub fn f(cx: &Task<'_>, core: &'static dyn PowerCore) -> Result<(), PowerError> {
    Active::<Serial0>::resume(cx, core)?; //~ error
    //~ control: let _power = Active::<Serial0>::resume(cx, core)?;
    Ok(())
}
