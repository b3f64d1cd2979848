//! Which types are words is settled: any bits are a value, and the bus moves them in one access.
//!
//! error: E0277
//! says: a register or a DMA buffer consists of `u8`, `u16`, `u32` or `u64`
use ui::*;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flag(bool);

pub struct Rx;

// SAFETY: an example that does not run.
unsafe impl Endpoint for Rx {
    type Controller = Pdma0;
    type Peer = Serial0;
    type Direction = DeviceToMemory;
    type Word = Flag; //~ error
    //~ control: type Word = u8;
    const PORT: Option<Port> = Some(Port::new(15, 0x1380_0024));
}
