/// An instruction set.
#[derive(Clone, Debug, PartialEq)]
pub struct InstructionSet {
    /// Bytes of the longest instruction.
    pub max_length: u8,
    /// In the order of the spec; no two match the same bytes.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// Name in the spec: `ADDH`.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// Text form with `{operand}` places: `DMAADDH {register}, {immediate}`.
    pub asm: String,
    /// Threads that may execute it.
    pub threads: Vec<ThreadKind>,
    /// Encoding, first byte first.
    pub bytes: Vec<BytePattern>,
    /// In the order of the spec.
    pub operands: Vec<Operand>,
    /// What the engine uses it for.
    pub roles: Vec<Role>,
}

/// Where an instruction may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadKind {
    /// A program of the manager thread.
    Manager,
    /// A program of a channel thread.
    Channel,
    /// The debug port.
    Debug,
}

/// One byte of an encoding: bits that are fixed, and bits that come from operands.
#[derive(Clone, Debug, PartialEq)]
pub struct BytePattern {
    /// Which bits are fixed.
    pub mask: u8,
    /// What the fixed bits are.
    pub value: u8,
    /// Operand bits in this byte: (index into the operands, lowest operand bit, lowest bit in the byte, number of bits).
    pub parts: Vec<(usize, u8, u8, u8)>,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Encoded bits.
    pub width: u8,
    /// What it holds.
    pub kind: OperandKind,
}

/// What an operand holds.
#[derive(Clone, Debug, PartialEq)]
pub enum OperandKind {
    /// A number: written value = encoded value + `bias`; `backward`: bytes back from this instruction.
    Number {
        /// Added to the encoded value.
        bias: u32,
        /// Relative to this instruction's address, backwards.
        backward: bool,
    },
    /// A bit that shows as a text when set.
    Flag {
        /// The text, with what separates it from the operand before.
        asm: String,
    },
    /// One of these only; the Rust enum is named `enum_name`, and operands with equal value sets share it.
    Enum {
        /// Unique in its ip.
        enum_name: String,
        /// By value.
        values: Vec<EnumOperandValue>,
    },
}

/// A value of an enum operand.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumOperandValue {
    /// Name.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Encoded bits.
    pub value: u64,
    /// Text in assembly; may be empty.
    pub asm: String,
}

/// What the engine uses an instruction for; each part is an operand name.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "parts are named as in the spec format's table of roles")]
pub enum Role {
    SetAddress { target: String, value: String, source: String, destination: String },
    SetControl { target: String, value: String, control: String },
    AddAddress { side: String, amount: String, source: String, destination: String },
    SubtractAddress { side: String, amount: String, source: String, destination: String },
    Load { when: String },
    Store { when: String },
    LoadPeripheral { when: String, peripheral: String },
    StorePeripheral { when: String, peripheral: String },
    StoreZero,
    ReadBarrier,
    WriteBarrier,
    Nop,
    End,
    Kill,
    Loop { counter: String, iterations: String },
    LoopEnd { counter: String, when: String, jump: String },
    LoopForeverEnd { when: String, jump: String },
    SendEvent { event: String },
    WaitEvent { event: String, invalidate: String },
    WaitPeripheral { kind: String, peripheral: String },
    FlushPeripheral { peripheral: String },
    Start { thread: String, address: String, non_secure: String },
}
