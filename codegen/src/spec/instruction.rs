use super::record::{record, words};
use super::{EnumUse, List, Map, Roles, Text};
use crate::source::Spanned;

record! {
    /// An instruction set.
    InstructionSet {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Bytes of the longest instruction.
        "max_length" => max_length: Spanned<u64>,
        /// The instructions by name.
        "set" => set: Map<Instruction> [required],
    }
}

record! {
    /// One instruction.
    Instruction {
        /// What it does.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Text form with `{operand}` places.
        "asm" => asm: Text,
        /// Threads that may execute it; default: channel.
        "threads" => threads: List<Spanned<ThreadKind>>,
        /// Encoding, first byte first.
        "bytes" => bytes: List<BytePattern> [required],
        /// What varies.
        "operands" => operands: Map<Operand>,
        /// What the engine uses it for.
        "role" => role: Option<Roles>,
    }
}

words! {
    /// Where an instruction may stand.
    ThreadKind {
        /// A program of the manager thread.
        "manager" => Manager,
        /// A program of a channel thread.
        "channel" => Channel,
        /// The debug port.
        "debug" => Debug,
    }
}

record! {
    /// What varies in an instruction.
    Operand {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// The letter that stands for its bits; their number is its width.
        "letter" => letter: Option<Spanned<char>>,
        /// Its width, if bytes name it as `operand[high:low]`.
        "bits" => bits: Option<Spanned<u64>>,
        /// Written value less encoded value; default 0.
        "bias" => bias: Option<Spanned<u64>>,
        /// It counts bytes from this instruction.
        "relative" => relative: Option<Spanned<Relative>>,
        /// It is one bit, and this is its text when set.
        "flag" => flag: Option<Text>,
        /// Its values; no others are allowed.
        "enum" => values: Option<EnumUse>,
    }
}

words! {
    /// Which way a relative operand counts.
    Relative {
        /// Towards lower addresses.
        "backward" => Backward,
    }
}

/// One byte of an encoding.
#[derive(Clone, Debug)]
pub enum BytePattern {
    /// Eight characters, the most significant bit first: `0`, `1`, or an operand's letter.
    Bits(Spanned<[char; 8]>),
    /// Eight bits of an operand: `immediate[15:8]`. Not checked: `high` may be anything.
    Slice {
        /// The operand.
        operand: super::Name,
        /// Highest bit.
        high: u32,
        /// Lowest bit.
        low: u32,
        /// The whole text.
        span: crate::source::Span,
    },
}

impl BytePattern {
    /// Where it is written.
    pub fn span(&self) -> crate::source::Span {
        match self {
            BytePattern::Bits(bits) => bits.span,
            BytePattern::Slice { span, .. } => *span,
        }
    }
}
