//! Directions are what the engine keeps the caches for.
//!
//! error: E0277
//! says: is not a direction of transfers
use ui::*;

pub enum DeviceToDevice {}
pub struct Bridge;

// SAFETY: an example that does not run.
unsafe impl Endpoint for Bridge {
    type Controller = Pdma0;
    type Peer = Serial0;
    type Direction = DeviceToDevice; //~ error
    //~ control: type Direction = DeviceToMemory;
    type Word = u8;
    const PORT: Option<Port> = Some(Port::new(15, 0x1380_0024));
}
