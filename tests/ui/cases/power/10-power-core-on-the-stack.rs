//! Guards point at the power core for as long as they live: keep it in a `static`.
//!
//! error: E0597
use ui::*;

static CORE: AlwaysOn = AlwaysOn::new();

pub fn f(cx: &Task<'_>) -> Result<(), PowerError> {
    let core = AlwaysOn::new();
    let _power = Active::<Serial0>::resume(cx, &core)?; //~ error
    //~ control: let _power = Active::<Serial0>::resume(cx, &CORE)?;
    Ok(())
}
