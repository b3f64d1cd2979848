//! An endpoint's device must have the controller among its suppliers: list it in the SoC spec.
//!
//! error: E0277
//! says: the spec links `Serial1` to no supplier `Pdma0`
//! says: list the supplier under the device in the spec of the SoC, which the first line of the generated code names, or use the guard of a device that has the link
use ui::*;

pub struct Rx;

// SAFETY: an example that does not run.
unsafe impl Endpoint for Rx {
    type Controller = Pdma0;
    type Peer = Serial1; //~ error
    //~ control: type Peer = Serial0;
    type Direction = DeviceToMemory;
    type Word = u8;
    const PORT: Option<Port> = Some(Port::new(15, 0x1380_0024));
}
