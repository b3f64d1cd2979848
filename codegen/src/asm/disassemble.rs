use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::encoding::{Decoded, Undecodable, decode};
use super::template::text;
use crate::lower::{Instruction, InstructionSet, OperandKind};

/// Column at which a listing's offsets begin.
const COMMENT: usize = 40;

/// A stretch of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// First byte.
    pub offset: usize,
    /// Number of bytes.
    pub length: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a stretch of a program is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An instruction.
    Instruction {
        /// Index into the set.
        instruction: usize,
        /// Encoded value of each operand.
        values: Vec<u64>,
    },
    /// No instruction.
    Bytes(Undecodable),
}

/// Take a program apart, from the first byte to the last.
pub fn disassemble(set: &InstructionSet, bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let rest = &bytes[offset..];
        let (length, kind) = match decode(set, rest) {
            Ok(Decoded { instruction, values, length }) => (length, Kind::Instruction { instruction, values }),
            Err(why) => {
                let length = match why {
                    Undecodable::Undefined => 1,
                    Undecodable::Operand { instruction, .. } => {
                        set.instructions[instruction].bytes.len().min(rest.len())
                    }
                    Undecodable::Truncated { .. } => rest.len(),
                };
                (length, Kind::Bytes(why))
            }
        };
        items.push(Item { offset, length, kind });
        offset += length;
    }
    items
}

/// A program as text that the assembler reads back: labels, instructions, and offset and bytes of each as a comment.
///
/// `note` may add a comment to an instruction; it gets the encoded operand values.
pub fn listing(set: &InstructionSet, bytes: &[u8], note: impl Fn(&Instruction, &[u64]) -> Option<String>) -> String {
    let items = disassemble(set, bytes);
    let labels = labels(set, &items);
    let digits = format!("{:x}", bytes.len().saturating_sub(1)).len().max(4);
    let mut out = String::new();
    for item in &items {
        if let Some(label) = labels.get(&item.offset) {
            let _ = writeln!(out, "{label}:");
        }
        let raw = &bytes[item.offset..item.offset + item.length];
        let (statement, comment) = match &item.kind {
            Kind::Instruction { instruction, values } => {
                let instruction = &set.instructions[*instruction];
                let jump = |back: u64| target(item.offset, back).and_then(|target| labels.get(&target).cloned());
                let lost = lost_jump(instruction, values, item.offset, &labels);
                (text(instruction, values, jump), lost.or_else(|| note(instruction, values)))
            }
            Kind::Bytes(why) => {
                let list: Vec<String> = raw.iter().map(|byte| format!("0x{byte:02x}")).collect();
                (format!(".byte {}", list.join(", ")), Some(explain(set, why, raw)))
            }
        };
        let hex: Vec<String> = raw.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = write!(
            out,
            "    {statement:<width$} ; {:0digits$x}: {:<17}",
            item.offset,
            hex.join(" "),
            width = COMMENT - 5
        );
        if let Some(comment) = comment {
            let _ = write!(out, "  {comment}");
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// A name for each place that something jumps to and that an instruction begins at.
fn labels(set: &InstructionSet, items: &[Item]) -> BTreeMap<usize, String> {
    let starts: Vec<usize> = items.iter().map(|item| item.offset).collect();
    let mut places = BTreeMap::new();
    for item in items {
        let Kind::Instruction { instruction, values } = &item.kind else { continue };
        let targets = jumps(&set.instructions[*instruction], values).filter_map(|back| target(item.offset, back));
        for place in targets.filter(|place| starts.binary_search(place).is_ok()) {
            places.insert(place, String::new());
        }
    }
    for (number, label) in places.values_mut().enumerate() {
        *label = format!("L{number}");
    }
    places
}

/// How far back an instruction jumps.
fn jumps<'a>(instruction: &'a Instruction, values: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
    instruction.operands.iter().zip(values).filter_map(|(operand, value)| match operand.kind {
        OperandKind::Number { bias, backward: true } => Some(value.saturating_add(u64::from(bias))),
        _ => None,
    })
}

fn target(from: usize, back: u64) -> Option<usize> {
    usize::try_from(back).ok().and_then(|back| from.checked_sub(back))
}

fn lost_jump(
    instruction: &Instruction,
    values: &[u64],
    from: usize,
    labels: &BTreeMap<usize, String>,
) -> Option<String> {
    jumps(instruction, values).find_map(|back| match target(from, back) {
        None => Some("jumps to before the program".to_string()),
        Some(place) if !labels.contains_key(&place) => Some(format!("jumps into an instruction, to {place:04x}")),
        Some(_) => None,
    })
}

fn explain(set: &InstructionSet, why: &Undecodable, raw: &[u8]) -> String {
    match why {
        Undecodable::Undefined => "undefined instruction".to_string(),
        Undecodable::Operand { instruction, byte } => {
            let instruction = &set.instructions[*instruction];
            let mut text = format!("{} with an operand it does not allow in byte {byte}", mnemonic(instruction));
            if let Some(pattern) = instruction.bytes.get(*byte) {
                let wrong = (raw[*byte] ^ pattern.value) & pattern.mask;
                if wrong != 0 {
                    let _ = write!(text, " (bits 0x{wrong:02x})");
                }
            }
            text
        }
        Undecodable::Truncated { instruction } => {
            let instruction = &set.instructions[*instruction];
            format!("cut off: {} has {} bytes", mnemonic(instruction), instruction.bytes.len())
        }
    }
}

fn mnemonic(instruction: &Instruction) -> &str {
    instruction.asm.split(|c: char| c.is_whitespace() || c == '{').next().unwrap_or(&instruction.name)
}
