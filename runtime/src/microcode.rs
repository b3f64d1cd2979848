//! Microcode of DMA controllers that execute programs: what a program is made of, and who encodes it.
//!
//! The planner thinks in [`Op`]s; the generated code of a controller turns each into bytes ([`Isa`]). Which operations
//! exist, their limits and encodings come from the controller's description.

/// The bytes of one instruction. Aligned, so that it is copied by words.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(align(4))]
pub struct Encoded {
    bytes: [u8; Encoded::MAX],
    len: u8,
}

impl Encoded {
    /// Longest instruction, in bytes.
    pub const MAX: usize = 8;
    /// No bytes at all.
    pub const EMPTY: Self = Self { bytes: [0; Self::MAX], len: 0 };

    /// From the instruction's bytes, first byte first.
    pub const fn new<const N: usize>(from: [u8; N]) -> Self {
        const { assert!(N <= Self::MAX, "instruction too long") };
        let mut bytes = [0; Self::MAX];
        let mut i = 0;
        while i < N {
            bytes[i] = from[i];
            i += 1;
        }
        Self { bytes, len: N as u8 }
    }

    /// From the first [`MAX`](Self::MAX) of `from`.
    pub const fn truncating(from: &[u8]) -> Self {
        let mut bytes = [0; Self::MAX];
        let mut i = 0;
        while i < from.len() && i < Self::MAX {
            bytes[i] = from[i];
            i += 1;
        }
        Self { bytes, len: i as u8 }
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        match self.bytes.split_at_checked(self.len as usize) {
            Some((bytes, _)) => bytes,
            None => &self.bytes,
        }
    }

    /// Length in bytes.
    #[allow(clippy::len_without_is_empty, reason = "asked in the sense of a size, as for an instruction")]
    pub const fn len(&self) -> usize {
        self.len as usize
    }
}

impl core::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02x?}", self.as_bytes())
    }
}

/// Which of the two addresses of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Where data is read.
    Source,
    /// Where data is written.
    Destination,
}

/// When a load, a store or a loop end acts: always, or only if the last request waited for was of this kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Always.
    Always,
    /// After a single request.
    Single,
    /// After a burst request.
    Burst,
}

/// Which request of a peripheral resumes a waiting program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RequestKind {
    /// A single request (a burst request resumes too).
    Single,
    /// A burst request only.
    Burst,
    /// Whichever the peripheral sends; later conditional instructions follow it.
    Peripheral,
}

/// One step of a DMA program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// Set an address.
    SetAddress(Side, u32),
    /// Add to an address.
    AddAddress(Side, u16),
    /// Subtract from an address; 1 to 65,535.
    SubtractAddress(Side, u16),
    /// Set the transfer control word (see [`Isa::control`]).
    SetControl(u32),
    /// Load one burst into the FIFO.
    Load(When),
    /// Load one burst from a peripheral and acknowledge its request. `When::Always` is not encodable.
    LoadPeripheral(When, u8),
    /// Store one burst from the FIFO.
    Store(When),
    /// Store one burst to a peripheral and acknowledge its request. `When::Always` is not encodable.
    StorePeripheral(When, u8),
    /// Store one burst of zeros.
    StoreZero,
    /// Begin a counted loop: counter number, iterations (1 or more).
    Loop(u8, u16),
    /// End a counted loop: counter number, bytes back to its first instruction.
    LoopEnd(u8, When, u8),
    /// End an endless loop: bytes back to its first instruction.
    LoopForeverEnd(When, u8),
    /// Wait until this program's reads are complete.
    ReadBarrier,
    /// Wait until this program's writes are complete.
    WriteBarrier,
    /// Signal an event or raise its interrupt.
    SendEvent(u8),
    /// Wait for an event; optionally drop cached instructions.
    WaitEvent(u8, bool),
    /// Wait for a peripheral's request.
    WaitPeripheral(RequestKind, u8),
    /// Drop stale request state of a peripheral.
    FlushPeripheral(u8),
    /// Do nothing for one instruction.
    Nop,
    /// Finish.
    End,
}

/// How one side of a transfer accesses the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    /// The address moves on after each beat.
    pub increment: bool,
    /// Bytes per beat: a power of two.
    pub beat: u8,
    /// Beats per burst, 1 or more.
    pub burst: u8,
    /// Cache attributes as the controller encodes them.
    pub cache: u8,
    /// Protection attributes as the controller encodes them.
    pub protection: u8,
}

/// What [`Op::SetControl`] sets: both sides of the transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Control {
    /// Reading side.
    pub source: Access,
    /// Writing side.
    pub destination: Access,
    /// Bytes within which the byte order is swapped: 1 for none, otherwise a power of two.
    pub swap: u8,
}

/// Limits of an instruction set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Beats in the longest burst.
    pub burst: u8,
    /// Largest beat that can be encoded, in bytes.
    pub beat: u8,
    /// Most iterations of one counted loop.
    pub iterations: u16,
    /// Counted loops that can be nested; their counters are numbered from 0.
    pub counters: u8,
    /// Furthest backward jump of a loop end, in bytes.
    pub jump: u8,
}

/// An operation that this instruction set cannot express, or a number out of its range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unencodable(pub Op);

impl core::fmt::Display for Unencodable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the controller has no instruction for {:?}", self.0)
    }
}

impl core::error::Error for Unencodable {}

/// An instruction set: implemented by generated code.
pub trait Isa: 'static {
    /// What the set can express.
    const LIMITS: Limits;

    /// The bytes of `op`.
    fn encode(op: Op) -> Result<Encoded, Unencodable>;

    /// The control word for `control`; out-of-range numbers are the caller's error and saturate.
    fn control(control: &Control) -> u32;

    /// Write the instruction at the start of `bytes` as text and return its length; `None` when it is none.
    fn disassemble(bytes: &[u8], out: &mut dyn core::fmt::Write) -> Option<usize>;
}
