use crate::axi::Traffic;

/// What a controller has done since the counters were last reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Instructions executed, of all threads; those whose condition did not hold count too.
    pub instructions: u64,
    /// Data read from the bus.
    pub reads: Traffic,
    /// Data written to the bus.
    pub writes: Traffic,
    /// Instructions read from the bus.
    pub fetches: Traffic,
    /// Register reads by software.
    pub register_reads: u64,
    /// Register writes by software.
    pub register_writes: u64,
    /// Interrupts raised that were not raised already.
    pub interrupts: u64,
    /// Programs started.
    pub starts: u64,
    /// Threads that faulted.
    pub faults: u64,
    /// Bytes that were loaded and dropped: left at the end of a program, at a kill or by a destination change.
    pub discarded: u64,
    /// Most MFIFO lines in use at once.
    pub most_fifo_lines: u32,
    /// Clock ticks.
    pub ticks: u64,
}
