//! A granted period is the device's, and so is every part of it.
//!
//! error: E0505
use ui::*;

pub fn f(period: Period<'_, serial0::Rx>) {
    let first = &period[..16];
    //~ control: let first = period[..16].to_vec();
    let _ = period.grant(); //~ error
    println!("{first:?}");
}
