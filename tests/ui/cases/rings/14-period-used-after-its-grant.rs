//! A granted period is the device's.
//!
//! error: E0382
use ui::*;

pub fn f(mut period: Period<'_, serial0::Tx>) {
    period[0] = 1;
    let _ = period.grant();
    //~ control:
    period[1] = 2; //~ error
}
