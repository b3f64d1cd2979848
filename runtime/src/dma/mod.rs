//! Split-prepare DMA: see the types.

mod controller;
mod fault;
pub mod plan;

pub use controller::{Capabilities, Controller, Expected, Position, Stuck, ThreadState};
pub use fault::{FaultCause, FaultCauses};
