//! A guard is counted: `share` takes another count.
//!
//! error: E0308
//! says: Active<Mdma1>
use ui::*;

pub fn f(power: &Active<Mdma1>) -> Active<Mdma1> {
    power.clone() //~ error
    //~ control: power.share()
}
