#![doc = include_str!("../../../rules/LW0306.md")]

use std::collections::HashMap;

use super::asm::{Piece, Unit, meet, pieces, push};
use super::encoding::values;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Instruction, InstructionSet, Ip, Name, Operand};

pub(crate) const RULE: Rule = rule!("LW0306", "colliding-assembly", Error);

/// Combinations of enum values and flags that are written out, for an instruction and for a set.
const FORMS: usize = 1 << 10;
const ALL_FORMS: usize = 1 << 17;
/// Forms of like shape that are compared with a form.
const ALIKE: usize = 1 << 8;

/// A text form with all enum values and flags chosen.
struct Form<'a> {
    units: Vec<Unit>,
    name: &'a Name,
    instruction: &'a Instruction,
    chosen: Vec<String>,
}

pub(crate) fn check(ip: &Ip, set: &InstructionSet, cx: &mut Cx<'_>) {
    // Forms that can meet are equal when each run of digits is seen as a number.
    let mut by_shape: HashMap<Vec<Unit>, Vec<Form<'_>>> = HashMap::new();
    let mut left = ALL_FORMS;
    for (name, instruction) in set.set.iter() {
        if cx.is_broken(instruction.asm.span) {
            continue;
        }
        if adjoining(ip, name, instruction, cx) {
            continue;
        }
        let forms = forms(ip, name, instruction);
        left = left.saturating_sub(forms.len());
        if left == 0 {
            return;
        }
        let mut told = false;
        for form in forms {
            let alike = by_shape.entry(shape(&form.units)).or_default();
            match alike.iter().rev().take(ALIKE).find(|other| meet(&other.units, &form.units)) {
                Some(other) if !told => {
                    told = true;
                    report(other, &form, cx);
                }
                Some(_) => {}
                None => alike.push(form),
            }
        }
    }
}

fn report(other: &Form<'_>, form: &Form<'_>, cx: &mut Cx<'_>) {
    let text: String = form.units.iter().map(|u| if let Unit::Char(c) = u { *c } else { '#' }).collect();
    let (first, second) = (&form.instruction.asm, &other.instruction.asm);
    let text = text.to_ascii_uppercase();
    let finding = if other.name.span == form.name.span {
        RULE.at(
            first.span,
            format!("two forms of `{}` have the same text", form.name.value),
            format!("`{text}` is {} and {}", other.chosen.join(", "), form.chosen.join(", ")),
        )
        .and(form.name.span, "this instruction")
    } else {
        RULE.at(
            first.span,
            format!("`{}` and `{}` have the same text", other.name.value, form.name.value),
            format!("`{text}` is one form of this"),
        )
        .and(second.span, format!("and of `{}`", other.name.value))
    };
    let finding = finding
        .note("an assembler could not tell which is meant; case and the number of blanks do not count")
        .help("change a text, as with `asm` of an enum's value");
    cx.report(finding);
}

/// Every run of digits as a number.
fn shape(units: &[Unit]) -> Vec<Unit> {
    let mut out: Vec<Unit> = Vec::new();
    let mut number = false;
    for &unit in units {
        let part = match unit {
            Unit::Number => true,
            Unit::Char(c) if number => c.is_ascii_hexdigit() || matches!(c, 'x' | '_'),
            Unit::Char(c) => c.is_ascii_digit(),
        };
        if !part {
            out.push(unit);
        } else if !number {
            out.push(Unit::Number);
        }
        number = part;
    }
    out
}

/// A number directly followed by a number, or by text that could be part of it.
fn adjoining(ip: &Ip, name: &Name, instruction: &Instruction, cx: &mut Cx<'_>) -> bool {
    let Ok(parts) = pieces(&instruction.asm) else { return true };
    for pair in parts.windows(2) {
        let [Piece::Operand(first, _), next] = pair else { continue };
        let Some(operand) = instruction.operands.get(first).filter(|o| is_number(o)) else { continue };
        let glued = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let trouble = match next {
            Piece::Text(text) => glued(text),
            Piece::Operand(next, _) => match instruction.operands.get(next) {
                Some(next) if is_number(next) => true,
                Some(next) => texts(ip, next).iter().any(|(_, text)| glued(text)),
                None => false,
            },
        };
        if trouble {
            let finding = RULE
                .at(
                    instruction.asm.span,
                    format!("it cannot be told where operand `{first}` of `{}` ends", name.value),
                    format!("nothing separates `{{{first}}}` from what follows"),
                )
                .and(operand.span, "this operand is a number")
                .help("put a comma or a blank behind it");
            cx.report(finding);
            return true;
        }
    }
    false
}

fn is_number(operand: &Operand) -> bool {
    operand.values.is_none() && operand.flag.is_none()
}

/// What an enum or flag can be, and its texts; empty for a number.
fn texts(ip: &Ip, operand: &Operand) -> Vec<(String, String)> {
    if let Some(flag) = &operand.flag {
        return vec![("unset".to_string(), String::new()), ("set".to_string(), flag.to_string())];
    }
    let set = operand.values.as_ref().and_then(|used| values(ip, used));
    let text = |(name, value): (&Name, &crate::spec::EnumValue)| {
        (name.value.clone(), value.asm.as_ref().map_or_else(|| name.value.clone(), |asm| asm.to_string()))
    };
    set.into_iter().flat_map(|set| set.iter().map(text)).collect()
}

fn forms<'a>(ip: &Ip, name: &'a Name, instruction: &'a Instruction) -> Vec<Form<'a>> {
    let mut out = vec![Form { units: Vec::new(), name, instruction, chosen: Vec::new() }];
    for part in pieces(&instruction.asm).unwrap_or_default() {
        match part {
            Piece::Text(text) => out.iter_mut().for_each(|form| push(text, &mut form.units)),
            Piece::Operand(operand, _) => {
                let Some(known) = instruction.operands.get(operand) else { return Vec::new() };
                if is_number(known) {
                    out.iter_mut().for_each(|form| form.units.push(Unit::Number));
                    continue;
                }
                let texts = texts(ip, known);
                if out.len().saturating_mul(texts.len()) > FORMS {
                    return Vec::new();
                }
                let with = |form: &Form<'a>, (value, text): &(String, String)| {
                    let mut units = form.units.clone();
                    push(text, &mut units);
                    let mut chosen = form.chosen.clone();
                    chosen.push(format!("`{operand}` {value}"));
                    Form { units, name, instruction, chosen }
                };
                out = out.iter().flat_map(|form| texts.iter().map(move |text| with(form, text))).collect();
            }
        }
    }
    out
}
