#![doc = include_str!("../../../rules/LW0312.md")]

use super::encoding;
use crate::check::cx::{counted, max_of};
use crate::check::{Cx, Rule, rule};
use crate::report::Diagnostic;
use crate::source::Span;
use crate::spec::{EnumUse, Instruction, Name, Operand};

pub(crate) const RULE: Rule = rule!("LW0312", "impossible-operands", Error);

/// Widest operand in bits.
const WIDEST: u32 = 32;

pub(crate) fn check(instruction: &Instruction, cx: &mut Cx<'_>) {
    for (name, operand) in instruction.operands.iter() {
        if let Some(finding) = judge(instruction, name, operand) {
            cx.mark(name.span);
            cx.report(finding);
        }
    }
}

fn judge(instruction: &Instruction, name: &Name, operand: &Operand) -> Option<Diagnostic> {
    let at = |span: Span, title: &str, label: &str| {
        Some(RULE.at(span, format!("operand `{}` {title}", name.value), label).and(name.span, "this operand"))
    };
    match (&operand.letter, &operand.bits) {
        (Some(letter), Some(bits)) => {
            return at(bits.span, "has a letter and bits", "bits belong to operands that `bytes` names")
                .map(|d| d.and(letter.span, "letters are counted"));
        }
        (None, None) => {
            return Some(
                RULE.at(name.span, format!("operand `{}` has neither a letter nor bits", name.value), "where is it?")
                    .help("add `letter: x` and write `xxx` in `bytes`, or `bits: 16` and write `name[7:0]`"),
            );
        }
        _ => {}
    }
    let width = encoding::width(instruction, name, operand);
    if let Some(bits) = operand.bits.as_ref().filter(|b| b.value == 0 || b.value > WIDEST.into() || b.value % 8 != 0) {
        let title = format!("cannot have {}", counted(bits.value, "bit"));
        return at(bits.span, &title, "expected 8, 16, 24 or 32");
    }
    if width > WIDEST {
        return at(name.span, "is too wide", &format!("{width} bits; at most {WIDEST} are allowed"));
    }
    if let Some(flag) = &operand.flag {
        if width > 1 {
            return at(flag.span, "is a flag of more than a bit", &format!("it has {}", counted(width.into(), "bit")));
        }
        let others = [
            operand.values.as_ref().map(|v| (place(v, name), "an enum")),
            operand.bias.as_ref().map(|b| (b.span, "a bias")),
            operand.relative.as_ref().map(|r| (r.span, "relative")),
        ];
        let (span, what) = others.into_iter().flatten().next()?;
        return at(span, &format!("is a flag and {what}"), "a flag is set or not")
            .map(|d| d.and(flag.span, "it is a flag"));
    }
    if let Some(values) = &operand.values {
        let others = [
            operand.bias.as_ref().map(|b| (b.span, "a bias")),
            operand.relative.as_ref().map(|r| (r.span, "relative")),
        ];
        let (span, what) = others.into_iter().flatten().next()?;
        return at(span, &format!("has an enum and {what}"), "only numbers are shifted or relative")
            .map(|d| d.and(place(values, name), "it has an enum"));
    }
    let bias = operand.bias.as_ref()?;
    let most = u64::from(u32::MAX) - max_of(width);
    (bias.value > most).then(|| at(bias.span, "is out of range", &format!("at most {most} keeps it within 32 bits")))?
}

fn place(values: &EnumUse, name: &Name) -> Span {
    match values {
        EnumUse::Named(name) => name.span,
        EnumUse::Inline(set) => set.iter().next().map_or(name.span, |(first, _)| first.span),
    }
}
