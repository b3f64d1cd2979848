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
mod copy;
mod layout;
mod loops;
mod program;
mod request;

pub use copy::copy;
pub use program::{FifoNeed, Program};
pub use request::{Attributes, CopyRequest, PlanError};
