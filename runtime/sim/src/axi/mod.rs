//! The controller's side of the bus: what it asks for, when it is answered, and a record of both.

mod burst;
mod port;

pub(crate) use burst::Burst;
pub(crate) use port::{MAX_BURST, NON_SECURE, Port, ReadRequest, Retired, WriteRequest};

/// Which thread of the controller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Thread {
    /// The manager.
    Manager,
    /// A channel.
    Channel(u8),
}

/// What a beat is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BeatKind {
    /// Data of a load.
    Read,
    /// Data of a store.
    Write,
    /// Instructions.
    Fetch,
}

/// One beat on the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beat {
    /// When, in ticks.
    pub time: u64,
    /// For which thread.
    pub thread: Thread,
    /// What for.
    pub kind: BeatKind,
    /// First byte.
    pub address: u32,
    /// Bytes moved.
    pub bytes: u8,
    /// It is the first beat of its AXI burst.
    pub first: bool,
    /// Protection attributes (AxPROT): bit 0 privileged, bit 1 non-secure, bit 2 instruction.
    pub protection: u8,
    /// Cache attributes as the channel control word encodes them.
    pub cache: u8,
    /// The bus answered with an error.
    pub error: bool,
}

/// How the beats on the bus are recorded; counters always run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AxiLog {
    /// Not at all.
    #[default]
    Off,
    /// Every beat, for [`take_beats`](crate::Pl330Sim::take_beats).
    Beats,
}

/// Bursts, beats and bytes in one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Bursts as the program asked for them: loads or stores executed.
    pub bursts: u64,
    /// Bursts on the bus: more, if any crossed a 4 KiB boundary and was split.
    pub transactions: u64,
    /// Beats.
    pub beats: u64,
    /// Bytes.
    pub bytes: u64,
}
