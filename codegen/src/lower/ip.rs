use super::{Engine, InstructionSet};
use crate::spec::SleepPhase;

/// A class of hardware block.
#[derive(Clone, Debug, PartialEq)]
pub struct Ip {
    /// Name as the spec spells it.
    pub name: String,
    /// Markdown; empty when the spec has none. So for every `doc` below.
    pub doc: String,
    /// Where the facts were read.
    pub source: String,
    /// Spec file as given, relative to its search directory: `ip/pl330.yaml`.
    pub file: String,
    /// Device-tree `compatible` strings.
    pub compatible: Vec<String>,
    /// Bytes of address space; 0 for a block without registers.
    pub window: u64,
    /// Integration parameters.
    pub parameters: Vec<Parameter>,
    /// Shared and inline enums; inline ones are named `<Register><Field>`, and every name is unique.
    pub enums: Vec<Enum>,
    /// Registers and clusters by offset.
    pub registers: Vec<Node>,
    /// Registers lost with power.
    pub lost: Lost,
    /// Paths of registers restored after a power loss, in order.
    pub restore: Vec<Vec<String>>,
    /// The instruction set, if it executes programs.
    pub instructions: Option<InstructionSet>,
    /// How the runtime drives it, if it does.
    pub engine: Option<Engine>,
    /// Resources it offers.
    pub provides: Vec<Provided>,
    /// Resources it needs.
    pub consumes: Vec<Consumed>,
    /// When its driver acts in system suspend.
    pub sleep: Sleep,
    /// Known deviations an instance may have.
    pub quirks: Vec<Quirk>,
}

/// When a driver acts in system suspend, as far as the spec says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sleep {
    /// The last phase in which it uses its suppliers.
    pub last_use: Option<SleepPhase>,
    /// The phase in which it switches the block off.
    pub off: Option<SleepPhase>,
}

/// An integration parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Unit, or empty.
    pub unit: String,
    /// Allowed values.
    pub values: ParameterValues,
    /// Value of an instance that does not set it.
    pub default: u64,
}

/// Allowed values of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValues {
    /// From, to (inclusive).
    Range(u64, u64),
    /// One of these.
    List(Vec<u64>),
}

/// A set of named values.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// Unique in its ip.
    pub name: String,
    /// What it tells apart.
    pub doc: String,
    /// Bits of every field that holds it.
    pub width: u8,
    /// By value.
    pub values: Vec<EnumValue>,
}

impl Enum {
    /// Has every bit pattern a name?
    pub fn exhaustive(&self) -> bool {
        self.width < 32 && self.values.len() as u64 == 1 << self.width
    }
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// Name as the spec spells it.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Bit pattern.
    pub value: u64,
}

/// A register or a cluster.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// One register, or an array of it.
    Register(Register),
    /// Registers that belong together, or an array of such.
    Block(Block),
}

/// Repetition.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// How many.
    pub count: u32,
    /// Bytes from one to the next.
    pub stride: u32,
    /// What is counted ("thread"); empty when the spec does not say.
    pub index: String,
}

/// Registers that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Bytes from the enclosing block.
    pub offset: u32,
    /// The mode of the block in which it is there; empty: in all.
    pub view: String,
    /// Repetition.
    pub array: Option<Array>,
    /// By offset, relative to this.
    pub registers: Vec<Node>,
}

/// A register.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Bytes from the enclosing block.
    pub offset: u32,
    /// Bits: 8, 16, 32 or 64.
    pub width: u8,
    /// How it may be accessed.
    pub access: Access,
    /// Contents after reset, if known.
    pub reset: Option<u64>,
    /// Reading changes something.
    pub read_side_effect: bool,
    /// The mode of the block in which it is there; empty: in all.
    pub view: String,
    /// Repetition.
    pub array: Option<Array>,
    /// By lowest bit.
    pub fields: Vec<Field>,
}

/// How a register or field may be accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads only.
    ReadOnly,
    /// Reads and writes.
    ReadWrite,
    /// Writes only.
    WriteOnly,
    /// Reads, and writing one clears.
    WriteToClear,
    /// Reads, and writing one sets.
    WriteToSet,
    /// Reads, and writing one toggles.
    WriteToToggle,
    /// Reads, and writing zero clears.
    WriteZeroToClear,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Lowest bit.
    pub shift: u8,
    /// Number of bits.
    pub width: u8,
    /// How it may be accessed.
    pub access: Access,
    /// What it holds.
    pub kind: FieldType,
    /// Set when the bit reports a fault.
    pub fault: Option<FaultBit>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    /// One bit: true or false.
    Flag,
    /// An unsigned number.
    Number,
    /// One of a set, by name in [`Ip::enums`].
    Enum(String),
}

/// What a fault bit means.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultBit {
    /// Kind of fault.
    pub cause: Cause,
    /// The program counter is the offending instruction's.
    pub precise: bool,
}

/// Kinds of fault; named as in the runtime's `FaultCause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the runtime's enum of the same variants explains them")]
pub enum Cause {
    UndefinedInstruction,
    InvalidOperand,
    StartSecurity,
    EventSecurity,
    PeripheralSecurity,
    AccessSecurity,
    FifoOverflow,
    FifoUnderflow,
    InstructionFetch,
    DataWrite,
    DataRead,
    Lockup,
    DebugInstruction,
}

/// Registers lost with power.
#[derive(Clone, Debug, PartialEq)]
pub enum Lost {
    /// All of them.
    All,
    /// None.
    None,
    /// These paths.
    Some(Vec<Vec<String>>),
}

/// Resources an ip offers in one subsystem.
#[derive(Clone, Debug, PartialEq)]
pub struct Provided {
    /// Name of the subsystem.
    pub subsystem: String,
    /// What it is.
    pub doc: String,
    /// How many, if bounded.
    pub capacity: Option<u64>,
    /// Names for numbers.
    pub ids: Vec<(String, u64)>,
    /// Copies memory to memory without a request line (`dma`).
    pub memory_to_memory: bool,
    /// Arguments of a reference, if they differ from the subsystem's.
    pub args: Option<Vec<super::Argument>>,
}

/// One resource an ip needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumed {
    /// Name of the subsystem.
    pub subsystem: String,
    /// Name of the reference; empty for the one unnamed reference of a subsystem.
    pub name: String,
    /// What it is for.
    pub doc: String,
    /// The block works without.
    pub optional: bool,
    /// For `dma`: the port behind the request.
    pub dma: Option<DmaPort>,
}

/// The port of a device that a DMA controller reads or writes.
#[derive(Clone, Debug, PartialEq)]
pub struct DmaPort {
    /// Which way data goes.
    pub direction: DmaDirection,
    /// Bytes from the device's first register.
    pub fifo: u64,
    /// Bits per word: 8, 16, 32 or 64.
    pub width: u8,
    /// Beats of a burst request, if the ip says.
    pub burst: Option<u8>,
    /// What the device asks for, if the ip says.
    pub handshake: Option<Handshake>,
}

/// What a device asks a DMA controller for; named as in the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// One beat with each request.
    Single,
    /// A burst with each request.
    Burst,
    /// As each request says.
    Peripheral,
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DmaDirection {
    /// To the device.
    MemoryToDevice,
    /// From the device.
    DeviceToMemory,
}

/// A known deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Quirk {
    /// Name.
    pub name: String,
    /// What is different.
    pub doc: String,
}
