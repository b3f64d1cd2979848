//! Split-prepare DMA: all work that can fail or wait happens before the first transfer.
//!
//! ```text
//!      with &Task (may sleep)                         without (atomic: no allocation, no planning, no power switched)
//!      ----------------------                         ---------------------------------------------------------------
//!      Dmac::claim    -> Channel<E>
//!      Channel::prepare(shape) -> Prepared<E, S>  --> submit(bufs, &power) -> Submitted -> issue() -> Transfer
//!        Linear, Sg<N>, Rect, Pausable<S>             start = submit + issue ; start_detached
//!      Channel::prepare_ring -> Ring<E>           --> start, push, pull
//!      Prepared::into_queue -> Queue<E, S>        --> submit, issue, pop, status, terminate
//!      Prepared::set_handler(&H)                      Done (in the handler): rearm, rearm_same, finish
//!      Transfer::wait, wait_or, stop                  Transfer: Future, is_done, residue, pause, resume, drop = cancel
//!      Prepared::unprepare, release                   Dmac::irq, Dmac::watch
//! ```
//!
//! A claimed channel is a right, of which there are any number; a prepared one has a thread of the controller.
//!
//! Buffers and the power guard live in the engine while a transfer is in flight, not in the handle: leaking a handle,
//! dropping a future or a panic never frees memory that the hardware may still write.
//! They always come back: with the result, with a rejection, or through [`Prepared::recover`].
//!
//! Each operation says whether it is sleepable or atomic. What only tells a number, and every destructor, is fit for any
//! context.

#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, irrefutable_let_patterns, reason = "what only other transfers need stays, and nobody calls it")
)]

#[cfg_attr(not(feature = "full"), path = "block.rs")]
mod blocks;
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
mod only;
mod pause;
pub mod plan;
mod prepared;
mod progress;
pub mod promises;
mod provider;
mod queue;
mod resizable;
mod ring;
mod segments;
mod shape;
mod slot;
mod transfer;
mod watch;

/// Every kind of transfer, or blocks from memory to memory alone. What asks it is not linked otherwise.
const FULL: bool = cfg!(feature = "full");

pub use buffers::{BlockBuffers, Buffers, CopyPair};
pub use channel::Channel;
pub use controller::{Capabilities, Controller, Expected, Position, Stuck, ThreadState};
pub use dmac::Dmac;
pub use done::{Done, Handler, NotRearmed};
pub use endpoint::{
    DeviceToMemory, Direction, Endpoint, Fill, MemoryCopy, MemoryFill, MemoryToDevice, MemoryToMemory, Port, WithDevice,
};
pub use engine::Config;
pub use error::{ClaimError, CopyError, Mismatch, PauseError, PrepareError, ProbeError, ReleaseError, StartError};
pub use failure::{Fault, TransferError};
pub use fault::{FaultCause, FaultCauses};
pub use plan::{Attributes, Handshake, Tail};
pub use prepared::{Completed, Prepared, Rejected};
pub use progress::Progress;
pub use provider::Provider;
pub use queue::{AfterError, Cookie, Ended, Next, Queue, QueueError, QueueHandler, QueueStorage, Resubmit, Status};
pub use resizable::{Resizable, ResizeError};
pub use ring::{GatedRing, NextPeriod, Period, Ring, RingError, RingHandler};
pub use segments::{SegmentStorage, Segments};
pub use shape::{BuffersOf, Finite, Goes, Linear, Pausable, Rect, Sg, Shape};
pub use transfer::{Submitted, Transfer};
pub use watch::Found;
