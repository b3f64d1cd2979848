use crate::lower::{Instruction, InstructionSet, OperandKind};

/// The bytes of an instruction with these encoded operand values; bits that an operand does not have are dropped.
pub fn encode(instruction: &Instruction, values: &[u64]) -> Vec<u8> {
    let byte = |pattern: &crate::lower::BytePattern| {
        pattern.parts.iter().fold(pattern.value & pattern.mask, |byte, &(operand, from, to, count)| {
            let value = values.get(operand).copied().unwrap_or(0);
            byte | (shift_right(value, from) as u8 & ones(count)) << (to & 7)
        })
    };
    instruction.bytes.iter().map(byte).collect()
}

/// An instruction found at the start of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Index into the set.
    pub instruction: usize,
    /// Encoded value of each operand.
    pub values: Vec<u64>,
    /// Bytes.
    pub length: usize,
}

/// Why some bytes do not begin with an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// No instruction begins so.
    Undefined,
    /// The opcode is an instruction's, by index into the set, but not with this byte, counted from 0.
    Operand {
        /// Index into the set.
        instruction: usize,
        /// The byte with bits the instruction does not allow.
        byte: usize,
    },
    /// The bytes end within an instruction, by index into the set.
    Truncated {
        /// Index into the set.
        instruction: usize,
    },
}

/// The instruction at the start of `bytes`.
pub fn decode(set: &InstructionSet, bytes: &[u8]) -> Result<Decoded, Undecodable> {
    let mut nearest = Undecodable::Undefined;
    for (index, instruction) in set.instructions.iter().enumerate() {
        let wrong =
            instruction.bytes.iter().zip(bytes).position(|(pattern, byte)| byte & pattern.mask != pattern.value);
        if wrong == Some(0) || bytes.is_empty() || instruction.bytes.is_empty() {
            continue;
        }
        if let Some(byte) = wrong {
            nearest = Undecodable::Operand { instruction: index, byte };
            continue;
        }
        let values = operands(instruction, bytes);
        match bad_operand(instruction, &values, bytes.len()) {
            // The opcode's own bits name no value: another instruction, or none.
            Some(0) => {}
            Some(byte) => nearest = Undecodable::Operand { instruction: index, byte },
            None if bytes.len() < instruction.bytes.len() => nearest = Undecodable::Truncated { instruction: index },
            None => return Ok(Decoded { instruction: index, values, length: instruction.bytes.len() }),
        }
    }
    Err(nearest)
}

fn operands(instruction: &Instruction, bytes: &[u8]) -> Vec<u64> {
    let mut values = vec![0; instruction.operands.len()];
    for (pattern, byte) in instruction.bytes.iter().zip(bytes) {
        for &(operand, from, to, count) in &pattern.parts {
            if let Some(value) = values.get_mut(operand) {
                *value |= shift_left(u64::from(byte >> (to & 7) & ones(count)), from);
            }
        }
    }
    values
}

/// The first byte that holds part of an operand whose value is not among those allowed; operands that lie partly
/// beyond `available` bytes are not judged.
fn bad_operand(instruction: &Instruction, values: &[u64], available: usize) -> Option<usize> {
    let bytes_of = |operand: usize| {
        instruction
            .bytes
            .iter()
            .enumerate()
            .filter(move |(_, p)| p.parts.iter().any(|part| part.0 == operand))
            .map(|b| b.0)
    };
    let bad = |(index, operand): (usize, &crate::lower::Operand)| match &operand.kind {
        OperandKind::Enum { values: allowed, .. } if bytes_of(index).all(|byte| byte < available) => {
            let known = allowed.iter().any(|value| value.value == values[index]);
            if known { None } else { bytes_of(index).next() }
        }
        _ => None,
    };
    instruction.operands.iter().enumerate().filter_map(bad).min()
}

fn ones(count: u8) -> u8 {
    u8::MAX.checked_shr(8 - u32::from(count.min(8))).unwrap_or(0)
}

fn shift_right(value: u64, by: u8) -> u64 {
    value.checked_shr(by.into()).unwrap_or(0)
}

fn shift_left(value: u64, by: u8) -> u64 {
    value.checked_shl(by.into()).unwrap_or(0)
}
