//! Asking the controller what it is may wait for its power.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>, expected: &Expected) -> Result<(), ProbeError> {
    dmac.probe(expected)?; //~ error
    //~ control: dmac.probe(cx, expected)?;
    Ok(())
}
