//! What planned programs are judged by: a machine that executes [`Op`]s by the rules of the
//! bus, independent of the planner and of any controller model, and an invented instruction set with freely chosen
//! limits, so that nothing in the planner can lean on one controller.
#![forbid(unsafe_code)]

mod access;
mod device;
mod job;
mod judge;
mod machine;
mod pl330;
mod toy;

pub use device::Device;
pub use job::Job;
pub use judge::{Judged, judge, listing, setup, word};
pub use machine::{Fault, Look, Machine, Tally};
pub use toy::Toy;

use linkwright::dma::plan::{Attributes, CopyRequest};
use linkwright::microcode::{Control, Isa, Limits, Op};

/// An instruction set that can also be read back.
pub trait Decode: Isa {
    /// The operation that `bytes` begin with, and its length.
    fn decode(bytes: &[u8]) -> Option<(Op, usize)>;

    /// What a control word says.
    fn control_of(word: u32) -> Control;

    /// The limits, as a value.
    fn limits() -> Limits {
        Self::LIMITS
    }
}

/// A copy with a FIFO that is never the bottleneck, event 0 and all attributes 0.
pub fn request(source: u32, destination: u32, bytes: u32, bus_bytes: u8) -> CopyRequest {
    CopyRequest {
        source,
        destination,
        bytes,
        bus_bytes,
        fifo_lines: 128,
        event: 0,
        source_attributes: Attributes::default(),
        destination_attributes: Attributes::default(),
        barriers: false,
    }
}

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
