//! The columns of the table.

/// How many columns there are.
pub const COLUMNS: usize = 12;

/// What a transfer costs, in the columns of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// Bytes of the program, or of all programs.
    pub bytes: u64,
    /// Instructions that the controller executes.
    pub instructions: u64,
    /// Bursts read.
    pub read_bursts: u64,
    /// Beats read.
    pub read_beats: u64,
    /// Bursts written.
    pub write_bursts: u64,
    /// Beats written.
    pub write_beats: u64,
    /// Register reads by the processor.
    pub register_reads: u64,
    /// Register writes by the processor.
    pub register_writes: u64,
    /// Interrupts.
    pub interrupts: u64,
    /// Programs started.
    pub starts: u64,
    /// Heap allocations from the submission to the end.
    pub allocations: u64,
    /// Bytes of microcode written from the submission to the end.
    pub written: u64,
}

impl Columns {
    /// The columns' names, in the order of [`values`](Self::values).
    pub const NAMES: [&'static str; COLUMNS] = [
        "program bytes",
        "instructions",
        "read bursts",
        "read beats",
        "write bursts",
        "write beats",
        "register reads",
        "register writes",
        "interrupts",
        "starts",
        "allocations",
        "microcode written",
    ];

    /// The same for narrow tables.
    pub const SHORT: [&'static str; COLUMNS] = [
        "bytes",
        "instr",
        "rd bursts",
        "rd beats",
        "wr bursts",
        "wr beats",
        "reg rd",
        "reg wr",
        "irqs",
        "starts",
        "allocs",
        "microcode",
    ];

    /// The numbers.
    pub fn values(&self) -> [u64; COLUMNS] {
        [
            self.bytes,
            self.instructions,
            self.read_bursts,
            self.read_beats,
            self.write_bursts,
            self.write_beats,
            self.register_reads,
            self.register_writes,
            self.interrupts,
            self.starts,
            self.allocations,
            self.written,
        ]
    }

    fn from_values(values: [u64; COLUMNS]) -> Self {
        let [bytes, instructions, read_bursts, read_beats, write_bursts, write_beats, rest @ ..] = values;
        let [register_reads, register_writes, interrupts, starts, allocations, written] = rest;
        let first = Self { bytes, instructions, read_bursts, read_beats, write_bursts, write_beats, ..Self::default() };
        Self { register_reads, register_writes, interrupts, starts, allocations, written, ..first }
    }

    /// Column by column.
    fn with(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        let (a, b) = (self.values(), other.values());
        Self::from_values(std::array::from_fn(|i| f(a[i], b[i])))
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    pub(crate) fn times(&self, n: u64) -> Self {
        self.with(self, |a, _| a * n)
    }
}
