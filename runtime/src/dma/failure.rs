use core::fmt;

use super::{FULL, FaultCauses, StartError};
use crate::microcode::Encoded;

/// Writes one instruction as text and returns its length: [`Isa::disassemble`](crate::microcode::Isa::disassemble).
pub(super) type Disassemble = fn(&[u8], &mut dyn fmt::Write) -> Option<usize>;

/// A thread's fault as the controller told it.
#[derive(Clone, Copy)]
pub struct Fault {
    /// The channel thread.
    pub thread: u8,
    /// What the controller gives as reasons.
    pub causes: FaultCauses,
    /// Program counter (bus address). For imprecise causes it may be behind the culprit.
    pub pc: u32,
    /// The same as an offset into the program; `None` when it is not in the program.
    pub offset: Option<u16>,
    /// Next source address.
    pub source: u32,
    /// Next destination address.
    pub destination: u32,
    pub(super) instruction: Option<Encoded>,
    pub(super) disassemble: Disassemble,
}

impl Fault {
    /// The bytes of the instruction at the program counter; when they are no instruction, or this crate is built without its
    /// feature `full`, as many as there are, at most [`Encoded::MAX`]. Empty when the program counter is not in the program.
    pub fn instruction(&self) -> &[u8] {
        self.instruction.as_ref().map_or(&[], Encoded::as_bytes)
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        // The disassembler follows from the controller.
        let parts = |f: &Self| (f.thread, f.causes, f.pc, f.offset, f.source, f.destination, f.instruction);
        parts(self) == parts(other)
    }
}

impl Eq for Fault {}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("thread", &self.thread)
            .field("causes", &self.causes)
            .field("pc", &format_args!("{:#x}", self.pc))
            .field("offset", &self.offset)
            .field("source", &format_args!("{:#x}", self.source))
            .field("destination", &format_args!("{:#x}", self.destination))
            .field("instruction", &self.instruction)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DMA thread {}: {}", self.thread, self.causes)?;
        let Some(offset) = self.offset else {
            return write!(f, ", outside its program at {:#010x}", self.pc);
        };
        write!(f, ", at program offset {offset}: `")?;
        let bytes = self.instruction();
        if (self.disassemble)(bytes, f).is_none() {
            for (i, byte) in bytes.iter().enumerate() {
                let separator = if i == 0 { "" } else { " " };
                write!(f, "{separator}{byte:02x}")?;
            }
            f.write_str(if FULL { "` (no instruction" } else { "` (and what follows" })?;
        } else {
            f.write_str("` (")?;
            for (i, byte) in bytes.iter().enumerate() {
                let separator = if i == 0 { "" } else { " " };
                write!(f, "{separator}{byte:02x}")?;
            }
        }
        write!(f, "), source {:#010x}, destination {:#010x}", self.source, self.destination)
    }
}

/// How a transfer ended that did not succeed. The channel is usable again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TransferError {
    /// The thread faulted; part of the data may have moved.
    Fault(Fault),
    /// The controller's manager faulted when it was to start the program; nothing moved.
    Manager(FaultCauses),
    /// The program signalled its end but its thread did not stop in time and was killed.
    NoEnd,
    /// Stopped on request; part of the data may have moved.
    Cancelled,
    /// It was queued, and could not be started when its turn came; nothing moved.
    NotStarted(StartError),
    /// Stopped because the client's time was over; part of the data may have moved.
    TimedOut,
    /// The thread has stopped, not by this engine's doing, and the controller knows of no end: part of the data, or
    /// all, may have moved.
    Vanished,
}

impl TransferError {
    /// The fault, if it was one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fmt::Display::fmt(fault, f),
            Self::Manager(causes) => write!(
                f,
                "the DMA manager did not start the program: {causes}; check the manager's security state and the \
                 program's memory"
            ),
            Self::NoEnd => f.write_str(
                "the DMA thread did not stop after its last instruction and was killed: transfer again what must be whole",
            ),
            Self::Cancelled => f.write_str("the transfer was stopped on request: part of the data may have moved"),
            Self::NotStarted(inner) => write!(f, "the queued transfer did not start: {inner}"),
            Self::TimedOut => f.write_str(
                "the transfer did not end in time and was stopped: check that the device sends requests, or wait longer",
            ),
            Self::Vanished => f.write_str(
                "the DMA thread stopped and its end was not signalled: transfer again, and keep others from driving or \
                 resetting the controller",
            ),
        }
    }
}

impl core::error::Error for TransferError {}
