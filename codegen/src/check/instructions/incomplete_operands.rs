#![doc = include_str!("../../../rules/LW0304.md")]

use std::collections::HashMap;

use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{BytePattern, Instruction};

pub(crate) const RULE: Rule = rule!("LW0304", "incomplete-operands", Error);

pub(crate) fn check(instruction: &Instruction, cx: &mut Cx<'_>) {
    let mut seen: HashMap<&str, Vec<(u32, Span)>> = HashMap::new();
    for byte in &instruction.bytes {
        let BytePattern::Slice { operand, high, low, span } = byte else { continue };
        let Some(entry) = instruction.operands.entry(operand).filter(|e| !cx.is_broken(e.name.span)) else { continue };
        let Some(bits) = &entry.value.bits else {
            let mut finding = RULE
                .at(*span, format!("operand `{}` has a letter", operand.value), "a letter operand is not sliced")
                .help("give it `bits` instead of `letter`");
            if let Some(letter) = &entry.value.letter {
                finding = finding.and(letter.span, "here");
            }
            cx.mark(entry.name.span);
            cx.report(finding);
            continue;
        };
        let title = format!("`{}[{high}:{low}]` is no byte of the operand", operand.value);
        let finding = if high.checked_sub(*low) != Some(7) || low % 8 != 0 {
            RULE.at(*span, title, "expected eight bits from a multiple of 8, such as `[15:8]`")
                .and(bits.span, format!("the operand has {} bits", bits.value))
        } else if u64::from(*high) >= bits.value {
            RULE.at(*span, title, format!("bit {high} is beyond bit {}", bits.value.saturating_sub(1)))
                .and(bits.span, "because of this width")
        } else if let Some((_, earlier)) = seen.get(operand.value.as_str()).and_then(|s| s.iter().find(|s| s.0 == *low))
        {
            RULE.at(*span, format!("bits {high}:{low} of `{}` are there twice", operand.value), "again here")
                .and(*earlier, "first here")
        } else {
            seen.entry(&operand.value).or_default().push((*low, *span));
            continue;
        };
        cx.mark(entry.name.span);
        cx.report(finding);
    }
    for (name, operand) in instruction.operands.iter() {
        let Some(bits) = operand.bits.as_ref().filter(|_| !cx.is_broken(name.span)) else { continue };
        let there = seen.get(name.value.as_str()).map_or(&[][..], Vec::as_slice);
        let missing = (0..bits.value.min(64) as u32).step_by(8).find(|low| there.iter().all(|s| s.0 != *low));
        if let (Some(low), Some((_, first))) = (missing, there.first()) {
            let finding = RULE
                .at(
                    bits.span,
                    format!("bits {}:{low} of operand `{}` are missing in the encoding", low + 7, name.value),
                    format!("it has {} bits", bits.value),
                )
                .and(*first, "only some are here")
                .help(format!("add `{}[{}:{low}]`, or correct the width", name.value, low + 7));
            cx.mark(name.span);
            cx.report(finding);
        }
    }
}
