/// How the runtime drives a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Engine {
    /// A DMA controller that executes programs.
    MicrocodeDma(Box<MicrocodeDma>),
}

/// Names from an ip's register down to a register, or with a field.
#[derive(Clone, Debug, PartialEq)]
pub struct PathTo {
    /// Blocks and the register.
    pub register: Vec<String>,
    /// The field; `None` for the whole register.
    pub field: Option<String>,
}

/// The registers behind each task of the microcode-DMA engine.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "named as in the spec format's section on engine classes")]
pub struct MicrocodeDma {
    pub identify: Identify,
    pub debug: DebugPort,
    pub thread_state: PathTo,
    pub thread_pc: PathTo,
    pub thread_source: PathTo,
    pub thread_destination: PathTo,
    /// Enum value names of the thread state by the runtime's `ThreadState` variant (`"Stopped"`, `"Running"`,
    /// `"WaitingForEvent"`, `"WaitingForPeripheral"`, `"Killing"`, `"Faulting"`); the rest is `Reserved`.
    pub states: Vec<(String, Vec<String>)>,
    pub faulting_threads: PathTo,
    pub thread_fault: PathTo,
    pub manager_faulting: PathTo,
    pub manager_fault: PathTo,
    pub interrupt_enable: PathTo,
    pub interrupt_status: PathTo,
    pub interrupt_clear: PathTo,
    pub control: Vec<String>,
    pub control_source: SideFields,
    pub control_destination: SideFields,
    pub control_swap: String,
    pub limit_burst: u8,
    pub limit_beat: u8,
    pub limit_iterations: u16,
    pub limit_counters: u8,
    pub limit_jump: u8,
    pub parameters: EngineParameters,
    pub quirks: EngineQuirks,
    pub lines: EngineLines,
    pub non_secure_protection: u8,
}

/// Names of the ip's parameters by what they mean to the engine.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "named as in the spec format's section on engine classes")]
pub struct EngineParameters {
    pub threads: Option<String>,
    pub events: Option<String>,
    pub requests: Option<String>,
    /// In bits.
    pub bus: Option<String>,
    pub fifo_lines: Option<String>,
    pub icache_line: Option<String>,
    pub write_queue: Option<String>,
    pub non_secure: Option<String>,
    pub memory_cache: Option<String>,
    pub device_cache: Option<String>,
    pub excluded_threads: Option<String>,
    pub strict_fifo: Option<String>,
}

/// Names of the ip's quirks by what they ask of the engine.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "named as in the spec format's section on engine classes")]
pub struct EngineQuirks {
    pub no_flush: Vec<String>,
    pub burst_requests: Vec<String>,
    pub barriers: Vec<String>,
    pub no_subtract: Vec<String>,
}

/// Names of the ip's interrupts by what raises them.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "named as in the spec format's section on engine classes")]
pub struct EngineLines {
    pub all: Option<String>,
    pub faults: Option<String>,
    pub events: Vec<String>,
}

/// Where the hardware says what it has.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "named as in the runtime's Capabilities")]
pub struct Identify {
    pub threads: IdentifyField,
    pub events: IdentifyField,
    pub requests: IdentifyField,
    pub bus: IdentifyField,
    pub fifo_lines: IdentifyField,
    pub icache_line: IdentifyField,
    pub non_secure: PathTo,
}

/// A number the hardware reports.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentifyField {
    /// The field.
    pub field: PathTo,
    /// Added to what it holds.
    pub bias: u32,
    /// What the number means.
    pub unit: IdentifyUnit,
    /// The number is 0 unless this one-bit field is set.
    pub condition: Option<PathTo>,
}

/// How a reported number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifyUnit {
    /// As it is.
    Count,
    /// Base-2 logarithm of a number of bytes.
    Log2Bytes,
}

/// The registers through which single instructions are issued.
#[derive(Clone, Debug, PartialEq)]
pub struct DebugPort {
    /// One bit: not ready.
    pub busy: PathTo,
    /// Register of the first bytes, and its fields: thread select, thread number.
    pub first: Vec<String>,
    /// One bit: 0 manager, 1 channel thread.
    pub thread_select: String,
    /// Thread number.
    pub thread: String,
    /// Fields of the first bytes.
    pub first_bytes: Vec<String>,
    /// Register of the remaining bytes.
    pub second: Vec<String>,
    /// Fields of the remaining bytes.
    pub second_bytes: Vec<String>,
    /// Writing 0 here executes.
    pub execute: PathTo,
}

/// Fields of one side of the control word.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "named as in the runtime's Access")]
pub struct SideFields {
    pub increment: String,
    /// Base-2 logarithm of bytes per beat.
    pub beat: String,
    /// Beats per burst less one.
    pub burst: String,
    pub protection: String,
    pub cache: String,
}

/// The subsystem that the lines of an engine are references of.
pub const INTERRUPT: &str = "interrupt";
