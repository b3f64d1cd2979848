use std::collections::HashMap;

use super::enums::Enums;
use super::{Internal, internal, role, small, text};
use crate::lower::{BytePattern, Instruction, InstructionSet, Operand, OperandKind, ThreadKind};
use crate::spec;

pub(super) fn lower(spec: &spec::InstructionSet, enums: &mut Enums<'_>) -> Result<InstructionSet, Internal> {
    let mut instructions = Vec::with_capacity(spec.set.len());
    for (name, instruction) in spec.set.iter() {
        instructions.push(one(name, instruction, enums)?);
    }
    Ok(InstructionSet { max_length: small(&spec.max_length)?, instructions })
}

fn one(name: &spec::Name, spec: &spec::Instruction, enums: &mut Enums<'_>) -> Result<Instruction, Internal> {
    let mut operands = Vec::with_capacity(spec.operands.len());
    for (name, operand) in spec.operands.iter() {
        operands.push(lower_operand(spec, name, operand, enums)?);
    }
    let threads: Vec<ThreadKind> = spec.threads.iter().map(|thread| kind(thread.value)).collect();
    Ok(Instruction {
        name: name.value.clone(),
        doc: text(&spec.doc),
        asm: spec.asm.to_string(),
        threads: if threads.is_empty() { vec![ThreadKind::Channel] } else { threads },
        bytes: bytes(spec, &operands)?,
        operands,
        roles: spec.role.as_ref().map(role::lower).unwrap_or_default(),
    })
}

fn kind(kind: spec::ThreadKind) -> ThreadKind {
    match kind {
        spec::ThreadKind::Manager => ThreadKind::Manager,
        spec::ThreadKind::Channel => ThreadKind::Channel,
        spec::ThreadKind::Debug => ThreadKind::Debug,
    }
}

/// Encoded bits of an operand: as given, or the number of its letters.
pub(super) fn width(
    instruction: &spec::Instruction,
    name: &spec::Name,
    operand: &spec::Operand,
) -> Result<u8, Internal> {
    let width = match (&operand.bits, &operand.letter) {
        (Some(bits), _) => bits.value,
        (None, Some(letter)) => letters(instruction).filter(|(_, c)| *c == letter.value).count() as u64,
        (None, None) => 0,
    };
    u8::try_from(width)
        .ok()
        .filter(|width| (1..=64).contains(width))
        .ok_or_else(|| internal(name.span, "an operand of impossible width"))
}

/// Characters of all bytes in order, each with its byte and its bit.
fn letters(instruction: &spec::Instruction) -> impl Iterator<Item = ((usize, u8), char)> {
    let bits = instruction.bytes.iter().enumerate().filter_map(|(byte, pattern)| match pattern {
        spec::BytePattern::Bits(bits) => Some((byte, bits.value)),
        spec::BytePattern::Slice { .. } => None,
    });
    bits.flat_map(|(byte, bits)| bits.into_iter().zip((0..8).rev()).map(move |(c, bit)| ((byte, bit), c)))
}

fn lower_operand(
    instruction: &spec::Instruction,
    name: &spec::Name,
    spec: &spec::Operand,
    enums: &mut Enums<'_>,
) -> Result<Operand, Internal> {
    let width = width(instruction, name, spec)?;
    let kind = match (&spec.flag, &spec.values) {
        (Some(flag), _) => OperandKind::Flag { asm: flag.to_string() },
        (None, Some(values)) => {
            let (enum_name, values) = enums.of_operand(values, width)?;
            OperandKind::Enum { enum_name, values }
        }
        (None, None) => OperandKind::Number {
            bias: spec.bias.as_ref().map(small).transpose()?.unwrap_or(0),
            backward: spec.relative.is_some(),
        },
    };
    Ok(Operand { name: name.value.clone(), doc: text(&spec.doc), width, kind })
}

fn bytes(spec: &spec::Instruction, operands: &[Operand]) -> Result<Vec<BytePattern>, Internal> {
    let mut patterns = vec![BytePattern { mask: 0, value: 0, parts: Vec::new() }; spec.bytes.len()];
    let by_letter: HashMap<char, usize> = spec
        .operands
        .iter()
        .enumerate()
        .filter_map(|(index, (_, operand))| operand.letter.as_ref().map(|letter| (letter.value, index)))
        .collect();
    // Bits of each operand that have no letter yet; the first letter is the highest bit.
    let mut left: Vec<u8> = operands.iter().map(|operand| operand.width).collect();
    for ((byte, bit), c) in letters(spec) {
        let pattern = &mut patterns[byte];
        if matches!(c, '0' | '1') {
            pattern.mask |= 1 << bit;
            pattern.value |= u8::from(c == '1') << bit;
            continue;
        }
        let span = spec.bytes[byte].span();
        let &index = by_letter.get(&c).ok_or_else(|| internal(span, format!("nothing has the letter `{c}`")))?;
        let low = left[index].checked_sub(1).ok_or_else(|| internal(span, "more letters than bits"))?;
        left[index] = low;
        match pattern.parts.last_mut() {
            // The bit below the last one, in the operand and in the byte.
            Some((last, operand_low, byte_low, count))
                if *last == index && *operand_low == low + 1 && *byte_low == bit + 1 =>
            {
                (*operand_low, *byte_low, *count) = (low, bit, *count + 1);
            }
            _ => pattern.parts.push((index, low, bit, 1)),
        }
    }
    for (pattern, bytes) in patterns.iter_mut().zip(&spec.bytes) {
        let spec::BytePattern::Slice { operand, low, .. } = bytes else { continue };
        let unknown = || internal(operand.span, "bits of an unknown operand");
        let index = spec.operands.position(operand).ok_or_else(unknown)?;
        let low = u8::try_from(*low).map_err(|_| unknown())?;
        pattern.parts.push((index, low, 0, 8));
    }
    Ok(patterns)
}
