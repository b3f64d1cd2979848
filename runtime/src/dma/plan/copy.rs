use super::{Attributes, Block, End, PlanError, Program, Request, Setup, Work, transfer};
use crate::microcode::Isa;

/// A copy from memory to memory, of any alignment and any length: the plainest [`Request`](super::Request).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CopyRequest {
    /// First byte read (bus address).
    pub source: u32,
    /// First byte written (bus address).
    pub destination: u32,
    /// Bytes to copy, 1 or more.
    pub bytes: u32,
    /// As in [`Setup`].
    pub bus_bytes: u8,
    /// As in [`Setup`].
    pub fifo_lines: u16,
    /// As in [`Setup`].
    pub event: u8,
    /// As in [`Setup`].
    pub source_attributes: Attributes,
    /// As in [`Setup`].
    pub destination_attributes: Attributes,
    /// As in [`Setup`].
    pub barriers: bool,
}

impl CopyRequest {
    pub(super) fn setup(&self) -> Setup {
        Setup {
            bus_bytes: self.bus_bytes,
            fifo_lines: self.fifo_lines,
            event: self.event,
            source_attributes: self.source_attributes,
            destination_attributes: self.destination_attributes,
            barriers: self.barriers,
            subtracts: false,
            checkpoint: None,
        }
    }

    pub(super) fn block(&self) -> Block {
        let Self { source, destination, bytes, .. } = *self;
        Block { source, destination, bytes }
    }
}

/// Plan a copy and write its program to `out`: a [`transfer`](super::transfer()) without its table, for programs that run
/// where they were planned to.
///
/// # Errors
/// [`PlanError`].
pub fn copy<I: Isa>(request: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
    let work = Work::Blocks { blocks: &[request.block()], event_every: 0 };
    let request = Request { setup: request.setup(), source: End::Memory, destination: End::Memory, work };
    transfer::program::<I>(&request, out, &mut [])
}
