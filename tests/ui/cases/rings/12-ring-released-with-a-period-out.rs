//! A period is the ring's memory: grant it, or let it go, before the ring.
//!
//! error: E0505
use ui::*;

pub fn f(cx: &Task<'_>, mut ring: GatedRing<serial0::Rx>) {
    let Ok(Some(period)) = ring.period() else { return };
    drop(ring.unprepare(cx)); //~ error
    //~ control:
    println!("{}", period[0]);
}
