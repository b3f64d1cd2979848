//! A link states who powers whom: take those of the SoC's generated crate.
//!
//! error: E0200
//! says: SuppliedBy<Pdma0>
use ui::*;

pub struct Codec;
impl Device for Codec {
    const NAME: &'static str = "codec";
    const ID: DeviceId = DeviceId::new(900);
}

impl SuppliedBy<Pdma0> for Codec {} //~ error
//~ control: unsafe impl SuppliedBy<Pdma0> for Codec {}
