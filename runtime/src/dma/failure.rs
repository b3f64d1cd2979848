use core::fmt;

use super::engine::Hardware;
use super::memory::View;
use super::{FaultCauses, Position, StartError};
#[cfg(feature = "full")]
use crate::microcode::Encoded;

/// Writes one instruction as text and returns its length: [`Isa::disassemble`](crate::microcode::Isa::disassemble).
#[cfg(feature = "full")]
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
    #[cfg(feature = "full")]
    instruction: Encoded,
    #[cfg(feature = "full")]
    disassemble: Disassemble,
}

impl Fault {
    /// Not of an instruction of the program, as far as this knows.
    pub(super) fn at(thread: u8, causes: FaultCauses, position: &Position) -> Self {
        let Position { pc, source, destination } = *position;
        Self {
            thread,
            causes,
            pc,
            offset: None,
            source,
            destination,
            #[cfg(feature = "full")]
            instruction: Encoded::EMPTY,
            #[cfg(feature = "full")]
            disassemble: |_, _| None,
        }
    }
}

#[cfg(feature = "full")]
impl Fault {
    /// It is of the program of `len` bytes, at `at`.
    pub(super) fn inside(&mut self, hardware: &dyn Hardware, code: &View, at: u16, len: u32) {
        let mut bytes = [0; Encoded::MAX];
        let most = Encoded::MAX.min(len.saturating_sub(at.into()) as usize);
        let count = code.peek(at.into(), bytes.split_at_mut(most).0);
        self.offset = Some(at);
        self.disassemble = hardware.disassembler();
        self.instruction = instruction(bytes.split_at(count).0, self.disassemble);
    }

    /// The bytes of the instruction at the program counter; when they are no instruction, as many as there are, at most
    /// [`Encoded::MAX`]. Empty when the program counter is not in the program, and when this crate is built without its
    /// feature `full`.
    pub fn instruction(&self) -> &[u8] {
        self.instruction.as_bytes()
    }

    fn write_instruction(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hexadecimal = |f: &mut fmt::Formatter<'_>| {
            self.instruction().iter().enumerate().try_for_each(|(i, byte)| {
                let separator = if i == 0 { "" } else { " " };
                write!(f, "{separator}{byte:02x}")
            })
        };
        f.write_str(": `")?;
        if (self.disassemble)(self.instruction(), f).is_none() {
            hexadecimal(f)?;
            return f.write_str("` (no instruction)");
        }
        f.write_str("` (")?;
        hexadecimal(f)?;
        f.write_str(")")
    }
}

/// The first bytes of what may be an instruction, cut to its length if it is one.
#[cfg(feature = "full")]
fn instruction(bytes: &[u8], disassemble: Disassemble) -> Encoded {
    struct Nowhere;
    impl fmt::Write for Nowhere {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            Ok(())
        }
    }
    let len = disassemble(bytes, &mut Nowhere).unwrap_or(bytes.len());
    Encoded::truncating(bytes.get(..len).unwrap_or(bytes))
}

/// The instruction is not read.
#[cfg(not(feature = "full"))]
impl Fault {
    pub(super) fn inside(&mut self, _: &dyn Hardware, _: &View, at: u16, _: u32) {
        self.offset = Some(at);
    }

    /// Nothing without the feature `full`; with it, the bytes of the instruction at the program counter.
    pub fn instruction(&self) -> &[u8] {
        &[]
    }

    fn write_instruction(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        // The disassembler follows from the controller.
        let parts = |f: &Self| (f.thread, f.causes, f.pc, f.offset, f.source, f.destination);
        parts(self) == parts(other) && self.instruction() == other.instruction()
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
            .field("instruction", &format_args!("{:02x?}", self.instruction()))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DMA thread {}: {}", self.thread, self.causes)?;
        let Some(offset) = self.offset else {
            return write!(f, ", outside its program at {:#010x}", self.pc);
        };
        write!(f, ", at program offset {offset}")?;
        self.write_instruction(f)?;
        write!(f, ", source {:#010x}, destination {:#010x}", self.source, self.destination)
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
