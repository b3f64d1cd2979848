use super::record::{record, words};
use super::{Bits, Map, Name, Text};
use crate::source::Spanned;

impl Access {
    /// A write does something else than store what is written, so what was read must not be written back.
    pub fn acts(self) -> bool {
        matches!(self, Self::WriteToClear | Self::WriteToSet | Self::WriteToToggle | Self::WriteZeroToClear)
    }
}

/// A register, or registers that belong together: an entry with the key `registers` is a cluster.
#[derive(Clone, Debug)]
pub enum Node {
    /// One register, or an array of it.
    Register(Register),
    /// Registers that belong together, or an array of such.
    Cluster(Cluster),
}

impl Node {
    /// Bytes from the enclosing block.
    pub fn offset(&self) -> &Spanned<u64> {
        match self {
            Node::Register(r) => &r.offset,
            Node::Cluster(c) => &c.offset,
        }
    }

    /// The mode in which it is there; `None`: in all.
    pub fn view(&self) -> Option<&Name> {
        match self {
            Node::Register(r) => r.view.as_ref(),
            Node::Cluster(c) => c.view.as_ref(),
        }
    }

    /// Repetition.
    pub fn array(&self) -> Option<&Array> {
        match self {
            Node::Register(r) => r.array.as_ref(),
            Node::Cluster(c) => c.array.as_ref(),
        }
    }
}

record! {
    /// A register.
    Register {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Bytes from the enclosing block.
        "offset" => offset: Spanned<u64>,
        /// Bits: 8, 16, 32 or 64; default: the window's.
        "width" => width: Option<Spanned<u64>>,
        /// How it may be accessed; default rw.
        "access" => access: Option<Spanned<Access>>,
        /// Contents after reset.
        "reset" => reset: Option<Spanned<u64>>,
        /// Reading changes something; default false.
        "read_side_effect" => read_side_effect: Option<Spanned<bool>>,
        /// The mode of the block in which it is there, where another register is in others.
        "view" => view: Option<Name>,
        /// Repetition.
        "array" => array: Option<Array>,
        /// Its bits.
        "fields" => fields: Map<Field>,
    }
}

record! {
    /// Registers that belong together; their offsets are relative to its own.
    Cluster {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Bytes from the enclosing block.
        "offset" => offset: Spanned<u64>,
        /// The mode of the block in which it is there, where others are in others.
        "view" => view: Option<Name>,
        /// Repetition.
        "array" => array: Option<Array>,
        /// What is in it.
        "registers" => registers: Map<Node> [required],
    }
}

record! {
    /// Repetition of a register or cluster.
    Array {
        /// How many.
        "count" => count: Spanned<u64>,
        /// Bytes from one to the next.
        "stride" => stride: Spanned<u64>,
        /// What is counted.
        "index" => index: Option<Name>,
    }
}

words! {
    /// How a register or field may be accessed.
    Access {
        /// Reads only.
        "ro" => ReadOnly,
        /// Reads and writes.
        "rw" => ReadWrite,
        /// Writes only.
        "wo" => WriteOnly,
        /// Reads, and writing one clears.
        "w1c" => WriteToClear,
        /// Reads, and writing one sets.
        "w1s" => WriteToSet,
        /// Reads, and writing one toggles.
        "w1t" => WriteToToggle,
        /// Reads, and writing zero clears.
        "w0c" => WriteZeroToClear,
    }
}

record! {
    /// Some bits of a register.
    Field {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Highest and lowest bit (`7:4`), or the one bit (`9`).
        "bits" => bits: Spanned<Bits>,
        /// How it may be accessed; default: as the register.
        "access" => access: Option<Spanned<Access>>,
        /// What its values mean.
        "enum" => values: Option<EnumUse>,
        /// The one bit reports a fault.
        "fault" => fault: Option<Fault>,
    }
}

record! {
    /// What a fault bit means.
    Fault {
        /// Kind of fault.
        "cause" => cause: Spanned<Cause>,
        /// The program counter is the offending instruction's; default false.
        "precise" => precise: Option<Spanned<bool>>,
    }
}

words! {
    /// Kinds of fault.
    Cause {
        /// No such instruction.
        "undefined-instruction" => UndefinedInstruction,
        /// An instruction with an operand that is not allowed.
        "invalid-operand" => InvalidOperand,
        /// A thread may not start another as secure.
        "start-security" => StartSecurity,
        /// A thread may not use an event.
        "event-security" => EventSecurity,
        /// A thread may not use a peripheral.
        "peripheral-security" => PeripheralSecurity,
        /// A thread may not make such bus accesses.
        "access-security" => AccessSecurity,
        /// A load does not fit into the FIFO.
        "fifo-overflow" => FifoOverflow,
        /// A store finds too little in the FIFO.
        "fifo-underflow" => FifoUnderflow,
        /// Bus error at an instruction fetch.
        "instruction-fetch" => InstructionFetch,
        /// Bus error at a write.
        "data-write" => DataWrite,
        /// Bus error at a read.
        "data-read" => DataRead,
        /// A thread waits for what will never come.
        "lockup" => Lockup,
        /// The instruction came through the debug port.
        "debug-instruction" => DebugInstruction,
    }
}

record! {
    /// A set of named values that fields and operands share.
    Enum {
        /// What it tells apart.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// The values by name.
        "values" => values: EnumValues [required],
    }
}

/// Named values.
pub type EnumValues = Map<EnumValue>;

record! {
    /// A named value: its number, or a mapping.
    EnumValue short "value" {
        /// What it means.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Bit pattern.
        "value" => value: Spanned<u64>,
        /// Text in assembly, if an operand holds it; default: the name.
        "asm" => asm: Option<Text>,
    }
}

/// What the values of a field or operand mean.
#[derive(Clone, Debug)]
pub enum EnumUse {
    /// One of the ip's `enums`.
    Named(Name),
    /// Written on the spot.
    Inline(EnumValues),
}
