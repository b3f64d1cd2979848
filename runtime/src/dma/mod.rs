//! Split-prepare DMA: all work that can fail or wait happens before the first transfer.
//!
//! ```text
//!      with &Task (may sleep)                         without (atomic: no allocation, no planning, no power switched)
//!      ----------------------                         ---------------------------------------------------------------
//!      Dmac::claim    -> Channel<E>
//!      Channel::prepare(shape) -> Prepared<E, S>  --> submit(bufs, &power) -> Submitted -> issue() -> Transfer
//!      Prepared::set_handler(&H)                  --> start = submit + issue ; start_detached
//!      Transfer::wait, stop                           Transfer: Future, is_done, drop = cancel
//!      Prepared::unprepare, release                   Done (in the handler): rearm, rearm_same, finish
//! ```
//!
//! Buffers and the power guard live in the engine while a transfer is in flight, not in the handle: leaking a handle,
//! dropping a future or a panic never frees memory that the hardware may still write.
//! They always come back: with the result, with a rejection, or through [`Prepared::recover`].
//!
//! Each operation says whether it is sleepable or atomic. What only tells a number, and every destructor, is fit for any
//! context.

mod buffers;
mod channel;
mod controller;
mod copy;
mod dmac;
mod done;
mod endpoint;
mod engine;
mod equip;
mod error;
mod failure;
mod fault;
mod flight;
mod irq;
mod link;
pub mod memory;
pub mod plan;
mod prepared;
pub mod promises;
mod queue;
mod shape;
mod slot;
mod transfer;

pub use buffers::{Buffers, CopyPair};
pub use channel::Channel;
pub use controller::{Capabilities, Controller, Expected, Position, Stuck, ThreadState};
pub use dmac::Dmac;
pub use done::{Done, Handler, NotRearmed};
pub use endpoint::{DeviceToMemory, Direction, Endpoint, MemoryCopy, MemoryToDevice, MemoryToMemory, Port};
pub use engine::Config;
pub use error::{ClaimError, CopyError, Mismatch, PrepareError, ProbeError, ReleaseError, StartError};
pub use failure::{Fault, TransferError};
pub use fault::{FaultCause, FaultCauses};
pub use prepared::{Completed, Prepared, Rejected};
pub use queue::{AfterError, Cookie, Ended, Next, Queue, QueueError, QueueHandler, QueueStorage, Resubmit, Status};
pub use shape::{BuffersOf, Linear, Shape};
pub use transfer::{Submitted, Transfer};
