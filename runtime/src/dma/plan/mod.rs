//! The planner: what a transfer's shape becomes as a DMA program.
//!
//! Pure: no register, no allocation, no lock and no chip. What a controller can express comes from its instruction set
//! ([`Isa`]), everything else from the request, so the same function serves the driver, a simulator, a command line and
//! a test.
//!
//! A program is planned once and used many times: [`Program::patch`] moves it to other addresses by rewriting at most
//! eight bytes.
//!
//! One file a shape: `copy` is memory to memory. Another shape (two-dimensional gather, a device side, an endless ring)
//! is another file that lays out its bursts, lets `Loops` repeat them and writes them with an `Assembler`.
//!
//! [`Isa`]: crate::microcode::Isa

mod assembler;
mod check;
mod copy;
mod device;
mod emitter;
mod error;
mod layout;
mod linear;
mod loops;
mod place;
mod port;
mod program;
mod progress;
mod request;
mod rows;
mod transfer;
mod way;
mod zero;

pub use copy::{CopyRequest, copy};
pub use error::PlanError;
pub use place::Place;
pub use port::{Handshake, PortEnd, Tail};
pub use program::{FifoNeed, Program};
pub use progress::Snapshot;
pub use request::{Attributes, Block, Checkpoint, End, Request, Setup, Work};
pub use transfer::transfer;
