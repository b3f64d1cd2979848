use super::FaultCauses;
use crate::microcode::{Isa, Side};

/// What a DMA thread is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadState {
    /// Not running; the only state that a new program can start from.
    Stopped,
    /// Running instructions, or busy fetching or finishing them.
    Running,
    /// Parked until an event comes.
    WaitingForEvent,
    /// Parked until a peripheral's request comes.
    WaitingForPeripheral,
    /// Killed, waiting for the bus.
    Killing,
    /// Stopped by a fault, or about to be; only a kill leads out.
    Faulting,
    /// A value that the controller's description reserves.
    Reserved,
}

/// What the controller says it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capabilities {
    /// Channel threads.
    pub threads: u8,
    /// Events, each of which can be an interrupt.
    pub events: u8,
    /// Peripheral request lines.
    pub requests: u8,
    /// Width of the data bus, in bytes.
    pub bus_bytes: u8,
    /// Depth of the shared data FIFO, in lines of the bus width.
    pub fifo_lines: u16,
    /// Line of the instruction cache, in bytes.
    pub icache_line: u8,
    /// The manager thread, and so every thread it starts, is non-secure.
    pub non_secure: bool,
}

/// What a description expects of an instance, to be checked against what the hardware says.
pub type Expected = Capabilities;

/// Where a thread's program stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Next source address.
    pub source: u32,
    /// Next destination address.
    pub destination: u32,
    /// Program counter (bus address).
    pub pc: u32,
}

/// The controller did not become ready within the bounded number of polls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stuck;

/// The hardware operations of one microcoded DMA controller: implemented by generated code over its registers.
///
/// Every method is atomic: bounded, without sleeping or allocating. The controller must be powered. Threads and events
/// are numbered from 0; a number the controller does not have is the engine's error and acts on the nearest one.
pub trait Controller: Sync + 'static {
    /// Its instruction set.
    type Isa: Isa;

    /// Most threads any instance has.
    const MAX_THREADS: u8;

    /// What this instance has. Constant while it is powered.
    fn capabilities(&self) -> Capabilities;

    /// Begin `program` (bus address) on a stopped thread: at most `polls` reads of the debug interface's busy flag,
    /// then three writes. The caller holds the lock that makes the sequence one.
    fn start(&self, thread: u8, program: u32, non_secure: bool, polls: u32) -> Result<(), Stuck>;

    /// Kill a thread. As [`start`](Self::start).
    fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck>;

    /// Kill the manager thread (the way out of a manager fault). As [`start`](Self::start).
    fn kill_manager(&self, polls: u32) -> Result<(), Stuck>;

    /// Make the manager signal an event. As [`start`](Self::start).
    fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck>;

    /// Does the debug interface still hold a command, such as a start that no thread shows yet? One read.
    fn is_busy(&self) -> bool;

    /// What a thread is doing. One read.
    fn state(&self, thread: u8) -> ThreadState;

    /// Where a thread's program stands. Three reads.
    fn position(&self, thread: u8) -> Position;

    /// Next address of a thread on one side. One read, unless the controller must look at more.
    fn address(&self, thread: u8, side: Side) -> u32 {
        let Position { source, destination, .. } = self.position(thread);
        match side {
            Side::Source => source,
            Side::Destination => destination,
        }
    }

    /// Threads (bit n: thread n) that are faulting. One read.
    fn faulting(&self) -> u32;

    /// Why a thread faulted. One read.
    fn fault(&self, thread: u8) -> FaultCauses;

    /// Why the manager faulted, if it did. One read, two if it did.
    fn manager_fault(&self) -> Option<FaultCauses>;

    /// Events (bit n: event n) whose interrupt is raised. One read.
    fn interrupts(&self) -> u32;

    /// Clear raised interrupts. One write.
    fn clear_interrupts(&self, events: u32);

    /// Choose the events that raise interrupts; the others signal threads. One write.
    fn enable_interrupts(&self, events: u32);
}
