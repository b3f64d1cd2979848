use std::ops::Range;

use super::line::is_label;
use super::template::{Part, parts};
use crate::lower::{Instruction, OperandKind, Role};

/// What the text gives for an operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Its encoded value.
    Bits(u64),
    /// A label, at this place.
    Label(Range<usize>),
}

/// Why a text is not the instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Miss {
    /// The part of the text that does not fit.
    pub(super) at: Range<usize>,
    /// What would.
    pub(super) expected: Expected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// This text.
    Text(String),
    /// A value of the operand with this index.
    Operand(usize),
    /// A number between these.
    Range { operand: usize, low: i128, high: i128 },
    /// Nothing more.
    End,
}

/// Read `text[from..]` as `instruction`.
pub(super) fn read(instruction: &Instruction, text: &str, from: usize) -> Result<Vec<Given>, Miss> {
    let parts = parts(instruction);
    let mut reader = Reader { instruction, text, parts: &parts, furthest: None };
    let mut given = vec![Given::Bits(0); instruction.operands.len()];
    if reader.part(0, from, &mut given) {
        Ok(given)
    } else {
        Err(reader.furthest.unwrap_or(Miss { at: from..text.len(), expected: Expected::End }))
    }
}

struct Reader<'a> {
    instruction: &'a Instruction,
    text: &'a str,
    parts: &'a [Part<'a>],
    /// The miss that the reading got furthest to: the one worth telling.
    furthest: Option<Miss>,
}

impl Reader<'_> {
    /// Read everything from part `index` on, trying the choices of an operand in turn.
    fn part(&mut self, index: usize, at: usize, given: &mut [Given]) -> bool {
        let Some(part) = self.parts.get(index) else {
            let rest = self.blank(at);
            return rest == self.text.len() || self.miss(self.word(rest), Expected::End);
        };
        match *part {
            Part::Text(literal) => match self.literal(literal, at) {
                Ok(at) => self.part(index + 1, at, given),
                Err((at, rest)) => self.miss(self.word(at), Expected::Text(rest.trim().to_string())),
            },
            Part::Operand(operand) => self.operand(index, operand, at, given),
        }
    }

    fn operand(&mut self, index: usize, operand: usize, at: usize, given: &mut [Given]) -> bool {
        let instruction = self.instruction;
        match &instruction.operands[operand].kind {
            OperandKind::Number { bias, backward } => {
                let at = self.blank(at);
                match self.number(operand, *bias, *backward, at) {
                    Ok((value, after)) => {
                        given[operand] = value;
                        self.part(index + 1, after, given)
                    }
                    Err(miss) => self.miss(miss.at, miss.expected),
                }
            }
            OperandKind::Flag { asm } => {
                if let Ok(after) = self.literal(asm, at) {
                    given[operand] = Given::Bits(1);
                    if self.part(index + 1, after, given) {
                        return true;
                    }
                }
                given[operand] = Given::Bits(0);
                self.part(index + 1, at, given)
            }
            OperandKind::Enum { values, .. } => {
                // The longest first: `burst` before `b`.
                let mut values: Vec<_> = values.iter().collect();
                values.sort_by_key(|value| std::cmp::Reverse(value.asm.len()));
                for value in values {
                    let Ok(after) = self.literal(&value.asm, at) else { continue };
                    given[operand] = Given::Bits(value.value);
                    if (self.parts.get(index + 1).is_some() || !self.within_word(after))
                        && self.part(index + 1, after, given)
                    {
                        return true;
                    }
                }
                let at = self.blank(at);
                self.miss(self.word(at), Expected::Operand(operand))
            }
        }
    }

    /// Read fixed text: letters in any case, and blanks of any number where the form has blanks or punctuation.
    /// Gives the place behind it, or the place and the part of the text that is missing there.
    fn literal<'l>(&self, literal: &'l str, mut at: usize) -> Result<usize, (usize, &'l str)> {
        for (index, wanted) in literal.char_indices() {
            if wanted.is_whitespace() {
                let after = self.blank(at);
                if after == at && self.within_word(at) {
                    return Err((at, &literal[index..]));
                }
                at = after;
                continue;
            }
            if !wanted.is_alphanumeric() {
                at = self.blank(at);
            }
            match self.text[at..].chars().next() {
                Some(found) if found.eq_ignore_ascii_case(&wanted) => at += found.len_utf8(),
                _ => return Err((at, &literal[index..])),
            }
        }
        Ok(at)
    }

    fn number(&self, operand: usize, bias: u32, backward: bool, at: usize) -> Result<(Given, usize), Miss> {
        let word = self.word(at);
        let written = &self.text[word.clone()];
        let negative = written.starts_with('-');
        let digits = written.trim_start_matches('-');
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            if backward && !negative && !written.is_empty() && written.chars().all(is_label) {
                return Ok((Given::Label(word.clone()), word.end));
            }
            return Err(Miss { at: word, expected: Expected::Operand(operand) });
        }
        let value =
            parse_number(digits).ok_or_else(|| Miss { at: word.clone(), expected: Expected::Operand(operand) })?;
        let value = if negative { -value } else { value };
        let width = u32::from(self.instruction.operands[operand].width.min(64));
        let span = 1_i128 << width;
        let bias = i128::from(bias);
        // An amount to subtract is encoded as its two's complement, so it may be written with its sign.
        let low = if self.subtracts(operand) { 1 - span } else { bias };
        let high = span - 1 + bias;
        if !(low..=high).contains(&value) {
            return Err(Miss { at: word, expected: Expected::Range { operand, low, high } });
        }
        let bits = if value < 0 { value + span } else { value - bias };
        Ok((Given::Bits(bits as u64), word.end))
    }

    fn subtracts(&self, operand: usize) -> bool {
        let name = &self.instruction.operands[operand].name;
        let subtracts = |role: &Role| matches!(role, Role::SubtractAddress { amount, .. } if amount == name);
        self.instruction.roles.iter().any(subtracts)
    }

    fn blank(&self, at: usize) -> usize {
        self.text.len() - self.text[at..].trim_start().len()
    }

    /// The word at `at`, or the one character there.
    fn word(&self, at: usize) -> Range<usize> {
        let rest = &self.text[at..];
        let sign = usize::from(rest.starts_with('-'));
        let word = rest[sign..].find(|c: char| !is_label(c)).unwrap_or(rest.len() - sign);
        let length = if word == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { sign + word };
        at..at + length
    }

    /// Does a word begin before `at` and go on after it?
    fn within_word(&self, at: usize) -> bool {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        word(self.text[..at].chars().next_back()) && word(self.text[at..].chars().next())
    }

    fn miss(&mut self, at: Range<usize>, expected: Expected) -> bool {
        if self.furthest.as_ref().is_none_or(|miss| at.start > miss.at.start) {
            self.furthest = Some(Miss { at, expected });
        }
        false
    }
}

/// A decimal, hexadecimal (`0x`), binary (`0b`) or octal (`0o`) number of at most 64 bits; `_` between digits is skipped.
pub(super) fn parse_number(written: &str) -> Option<i128> {
    let (digits, radix) = match written.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (&written[2..], 16),
        Some("0b") => (&written[2..], 2),
        Some("0o") => (&written[2..], 8),
        _ => (written, 10),
    };
    if digits.is_empty() || digits.starts_with(['_', '+']) {
        return None;
    }
    u64::from_str_radix(&digits.replace('_', ""), radix).ok().map(i128::from)
}
