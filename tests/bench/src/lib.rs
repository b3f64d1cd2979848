//! What this driver costs beside the other public PL330 drivers.
//!
//! Our numbers come from the real thing: the runtime's engine drives the generated controller over the simulator, and
//! the simulator counts. The others' numbers are in `data/`, with where they were read.
#![forbid(unsafe_code)]

pub mod copies;
pub mod others;
pub mod rearm;
mod report;
mod rig;
mod table;

pub use report::report;
