use crate::lower::{Instruction, Operand, OperandKind};

/// A piece of an instruction's text form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Fixed text.
    Text(&'a str),
    /// The place of an operand: its index.
    Operand(usize),
}

/// The pieces of an instruction's text form, in order.
pub fn parts(instruction: &Instruction) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = instruction.asm.as_str();
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + length];
        let place = instruction.operands.iter().position(|operand| operand.name == name);
        let before = if place.is_some() { open } else { open + length + 1 };
        if before > 0 {
            parts.push(Part::Text(&rest[..before]));
        }
        parts.extend(place.map(Part::Operand));
        rest = &rest[open + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The text of an instruction with these encoded operand values.
///
/// `jump` gives the text of an operand that counts bytes backwards, such as a label; `None` prints the number.
pub fn text(instruction: &Instruction, values: &[u64], jump: impl Fn(u64) -> Option<String>) -> String {
    let mut out = String::new();
    for part in parts(instruction) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Operand(index) => {
                let value = values.get(index).copied().unwrap_or(0);
                out.push_str(&operand_text(&instruction.operands[index], value, &jump));
            }
        }
    }
    out
}

fn operand_text(operand: &Operand, value: u64, jump: impl Fn(u64) -> Option<String>) -> String {
    match &operand.kind {
        OperandKind::Number { bias, backward } => {
            let written = value.saturating_add(u64::from(*bias));
            let label = if *backward { jump(written) } else { None };
            label.unwrap_or_else(|| number(operand.width, written))
        }
        OperandKind::Flag { asm } if value != 0 => asm.clone(),
        OperandKind::Flag { .. } => String::new(),
        OperandKind::Enum { values, .. } => values
            .iter()
            .find(|known| known.value == value)
            .map_or_else(|| value.to_string(), |known| known.asm.clone()),
    }
}

/// A number as the text form writes it: hexadecimal with all digits if it has more than eight bits, else decimal.
pub fn number(width: u8, value: u64) -> String {
    if width > 8 {
        let digits = usize::from(width.div_ceil(4));
        format!("{value:#0full$x}", full = digits + 2)
    } else {
        value.to_string()
    }
}

/// Every first word an instruction's text can have: `DMALD`, `DMALDS` and `DMALDB`. Empty if a number is part of it.
pub fn mnemonics(instruction: &Instruction) -> Vec<String> {
    let mut words = vec![String::new()];
    for part in parts(instruction) {
        match part {
            Part::Text(text) => {
                let end = text.find(char::is_whitespace);
                for word in &mut words {
                    word.push_str(&text[..end.unwrap_or(text.len())]);
                }
                if end.is_some() {
                    break;
                }
            }
            Part::Operand(index) => {
                let choices: Vec<&str> = match &instruction.operands[index].kind {
                    OperandKind::Number { .. } => return Vec::new(),
                    OperandKind::Flag { asm } => vec!["", asm],
                    OperandKind::Enum { values, .. } => values.iter().map(|value| value.asm.as_str()).collect(),
                };
                words =
                    words.iter().flat_map(|word| choices.iter().map(move |choice| format!("{word}{choice}"))).collect();
            }
        }
    }
    // A flag or value of several words ends the mnemonic at its first space.
    for word in &mut words {
        if let Some(end) = word.find(char::is_whitespace) {
            word.truncate(end);
        }
    }
    words.dedup();
    words
}
