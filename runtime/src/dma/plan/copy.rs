use super::{Attributes, Block, PlanError, Program, Setup, block};
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

/// Plan a copy and write its program to `out`: a [`transfer`](super::transfer) without its table, for programs that run
/// where they were planned to.
///
/// # Errors
/// [`PlanError`].
pub fn copy<I: Isa>(request: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
    let CopyRequest { source, destination, bytes, .. } = *request;
    let setup = Setup {
        bus_bytes: request.bus_bytes,
        fifo_lines: request.fifo_lines,
        event: request.event,
        source_attributes: request.source_attributes,
        destination_attributes: request.destination_attributes,
        barriers: request.barriers,
        subtracts: false,
        checkpoint: None,
    };
    block::plan::<I>(&setup, &Block { source, destination, bytes }, out, false)
}
