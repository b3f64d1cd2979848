#![doc = include_str!("../../../rules/LW0303.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{BytePattern, Instruction};

pub(crate) const RULE: Rule = rule!("LW0303", "unencoded-operands", Error);

pub(crate) fn check(instruction: &Instruction, cx: &mut Cx<'_>) {
    for (name, operand) in instruction.operands.iter() {
        if cx.is_broken(name.span) {
            continue;
        }
        let (there, how) = match &operand.letter {
            Some(letter) => {
                let has = |byte: &BytePattern| matches!(byte, BytePattern::Bits(b) if b.value.contains(&letter.value));
                (instruction.bytes.iter().any(has), format!("write `{}` for each of its bits", letter.value))
            }
            None => {
                let has = |byte: &BytePattern| matches!(byte, BytePattern::Slice { operand, .. } if operand.value == name.value);
                (instruction.bytes.iter().any(has), format!("write `{}[7:0]`", name.value))
            }
        };
        if !there {
            let mut finding = RULE
                .at(name.span, format!("operand `{}` has no bits in the encoding", name.value), "not in `bytes`")
                .help(how);
            if let Some(first) = instruction.bytes.first() {
                finding = finding.and(first.span(), "the encoding");
            }
            cx.mark(name.span);
            cx.report(finding);
        }
    }
}
