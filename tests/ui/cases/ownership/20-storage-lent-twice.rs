//! Memory is lent to one arena, for good.
//!
//! error: E0499
use ui::*;

pub fn f(storage: &'static mut [u64], other: &'static mut [u64], mirror: &'static dyn Mirror) -> [Arena; 2] {
    let first = Arena::mirrored(storage, 0x4000_0000, mirror);
    let second = Arena::mirrored(storage, 0x5000_0000, mirror); //~ error
    //~ control: let second = Arena::mirrored(other, 0x5000_0000, mirror);
    [first, second]
}
