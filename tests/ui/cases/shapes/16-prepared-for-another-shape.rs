//! A channel is prepared for one shape: unprepare it, or claim a second one.
//!
//! error: E0308
//! says: Prepared<Tx, Rect>
//! says: Prepared<Tx, Linear>
use ui::*;

pub struct Blitter {
    pub channel: Prepared<serial0::Tx, Rect>,
}

pub fn f(rect: Prepared<serial0::Tx, Rect>, linear: Prepared<serial0::Tx, Linear>) -> Blitter {
    Blitter { channel: linear } //~ error
    //~ control: Blitter { channel: rect }
}
