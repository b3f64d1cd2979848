//! The planner: what a transfer's shape becomes as a DMA program.
//!
//! Pure: no register, no allocation, no lock and no chip. What a controller can express comes from its instruction set
//! ([`Isa`]), everything else from the request, so the same function serves the driver, a simulator, a command line and
//! a test.
//!
//! A program is planned once and used many times: behind it stands a table with a [`Place`] for each of its blocks, which
//! says where the block's addresses stand, so that another transfer of the same shape costs the rewriting of four bytes a
//! side. [`Program::done`] reads the same table to tell how far a running program has come.
//!
//! | layer | files |
//! |---|---|
//! | what is asked | `request`, `port`, checked by `check`, refused with `error` |
//! | what comes in which order | `transfer` (lists, laps), `rows` (rectangles, periods) |
//! | how bytes get from one side to the other | `way`: `linear` with `layout` (memory, patterns), `zero`, `device` |
//! | code | `emitter` (repeats, barriers, checkpoints) with `loops`, on `assembler` |
//! | copies of blocks with little code | `plain`, alone on `assembler` |
//! | what is known afterwards | `program`, `place`, `progress` |
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
mod plain;
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
pub use plain::plain;
#[cfg(not(feature = "full"))]
pub(super) use plain::plan as plain_block;
pub use port::{Handshake, PortEnd, Tail};
#[cfg(not(feature = "full"))]
pub(super) use program::Stretch;
pub use program::{FifoNeed, Program};
pub use progress::Snapshot;
pub use request::{Attributes, Block, Checkpoint, End, Request, Setup, Work};
pub use transfer::transfer;
