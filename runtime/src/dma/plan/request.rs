use super::PortEnd;

/// What the bus tells memory about one side's accesses, as the controller encodes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes {
    /// Cache attributes.
    pub cache: u8,
    /// Protection attributes.
    pub protection: u8,
}

/// What controller and channel give, the same for every shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Width of the controller's data bus, in bytes: a power of two.
    pub bus_bytes: u8,
    /// Lines of the controller's data FIFO that this program may fill, 1 or more.
    pub fifo_lines: u16,
    /// Event that the program signals when everything, or another part, is written.
    pub event: u8,
    /// Of reads from memory.
    pub source_attributes: Attributes,
    /// Of writes to memory.
    pub destination_attributes: Attributes,
    /// Wait for each read before its write, and for each write before the next read: for controllers that lock up
    /// when they overlap. Costs time, FIFO lines that other channels then lack ([`FifoNeed`](super::FifoNeed)), and up
    /// to twice the program.
    pub barriers: bool,
    /// It can subtract from an address: what rectangles need whose rows overlap or go down.
    pub subtracts: bool,
    /// Where the program can be paused.
    pub checkpoint: Option<Checkpoint>,
}

/// Cooperative pause: at a checkpoint the program waits until all it wrote is written, signals an event and waits for
/// that same event.
///
/// While the event does not raise an interrupt its signal ends the wait at once and nothing is lost but a few
/// instructions. While it does, the signal raises the interrupt and the program stands still, with nothing under way
/// and only its [resident](super::FifoNeed::resident) FIFO lines held, until the interrupt is turned off again and
/// somebody signals the event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// An event that nobody else uses.
    pub event: u8,
    /// Bursts from one checkpoint to the next, 1 or more. Up to twice as many where a piece of the transfer of another
    /// kind begins, and never fewer than one request of a device takes.
    pub bursts: u16,
}

/// One side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Memory, at the address that the [`Work`] says.
    Memory,
    /// A device's data register.
    Port(PortEnd),
    /// Zeros that nobody reads. As a source only.
    Zero,
    /// One word as wide as the bus, again and again: byte `n` of each block, row or period is the word's byte `n` modulo
    /// the width. It lies in memory at this bus address, aligned to the width. As a source only.
    Pattern(u32),
}

/// One contiguous block. The address of a side that is no memory is ignored.
///
/// Addresses may be stand-ins: a program serves every pair that equals these modulo the bus width
/// ([`Place::fits`](super::Place::fits)). It is fastest where they also agree modulo the longest burst.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// First byte read (bus address).
    pub source: u32,
    /// First byte written (bus address). Source and destination must not overlap; that is the caller's to check.
    pub destination: u32,
    /// Bytes to move, 1 or more.
    pub bytes: u32,
}

/// What moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work<'a> {
    /// Blocks, one after the other; a single one is a plain linear transfer.
    Blocks {
        /// The blocks, 1 or more.
        blocks: &'a [Block],
        /// The event is signalled after every so many blocks and at the end; 0: at the end only.
        event_every: u16,
    },
    /// Rows of equal length at a fixed distance: a rectangle of a larger one. The event is signalled at the end.
    Rect {
        /// First byte read (bus address). Where the pitch is negative, all other rows lie below.
        source: u32,
        /// First byte written (bus address). Where the pitch is negative, all other rows lie below.
        destination: u32,
        /// Bytes of a row, 1 or more.
        row_bytes: u32,
        /// Rows, 1 or more.
        rows: u32,
        /// Bytes from the start of a row to the start of the next: any number. Rows may overlap, 0 reads one row again
        /// and again, and a negative pitch goes down in memory. Ignored unless the source is memory and there are two
        /// rows or more.
        source_pitch: i32,
        /// The same for the destination, whose rows must not overlap: at least `row_bytes`, up or down.
        destination_pitch: i32,
    },
    /// One block, from its start again after its end, without end. The event is signalled after each period.
    Cyclic {
        /// A lap.
        block: Block,
        /// Bytes of a period: a whole number of them makes the lap.
        period_bytes: u32,
        /// The program waits for this event before each period. It begins by taking off one that must be pending when it
        /// is started, and signals then: what is sent afterwards, and no sooner, is for its periods.
        gate: Option<u8>,
    },
}

/// What to plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request<'a> {
    /// By what.
    pub setup: Setup,
    /// From where.
    pub source: End,
    /// To where.
    pub destination: End,
    /// How much, in what order.
    pub work: Work<'a>,
}
