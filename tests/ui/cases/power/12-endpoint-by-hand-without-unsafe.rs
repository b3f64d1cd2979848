//! An endpoint states wiring: a wrong one writes anywhere. Take those of the SoC's generated crate.
//!
//! error: E0200
//! says: Endpoint
use ui::*;

pub struct Rx;

impl Endpoint for Rx { //~ error
    //~ control:
    //~ control: unsafe impl Endpoint for Rx {
    type Controller = Pdma0;
    type Peer = Serial0;
    type Direction = DeviceToMemory;
    type Word = u8;
    const PORT: Option<Port> = Some(Port::new(15, 0x1380_0024));
}
