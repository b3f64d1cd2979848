//! A window is memory that a driver writes to: take those of the SoC's generated crate.
//!
//! error: E0200
//! says: Mapped
use ui::*;

pub enum Codec {}
impl Device for Codec {
    const NAME: &'static str = "codec";
    const ID: DeviceId = DeviceId::new(900);
}

impl consumer::Mapped for Codec { //~ error
    //~ control:
    //~ control: unsafe impl consumer::Mapped for Codec {
    const WINDOW: Option<(u64, u64)> = Some((0x1380_0000, 0x100));
}
