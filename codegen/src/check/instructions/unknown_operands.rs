#![doc = include_str!("../../../rules/LW0302.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{BytePattern, Instruction, Name};

pub(crate) const RULE: Rule = rule!("LW0302", "unknown-operands", Error);

pub(crate) fn check(name: &Name, instruction: &Instruction, cx: &mut Cx<'_>) {
    if !instruction.operands.broken.is_empty() {
        return;
    }
    let known = |letter: char| {
        let mut letters = instruction.operands.iter().filter_map(|(_, operand)| operand.letter.as_ref());
        letters.any(|l| l.value == letter)
    };
    let mut told: Vec<char> = Vec::new();
    for byte in &instruction.bytes {
        match byte {
            BytePattern::Bits(bits) => {
                for &letter in bits.value.iter().filter(|c| !matches!(c, '0' | '1')) {
                    if !known(letter) && !told.contains(&letter) {
                        told.push(letter);
                        let finding = RULE
                            .at(
                                bits.span,
                                format!("no operand of `{}` has the letter `{letter}`", name.value),
                                format!("`{letter}` stands for nothing"),
                            )
                            .and(name.span, "this instruction")
                            .help(format!("add an operand with `letter: {letter}`, or write the bits that are meant"));
                        cx.report(finding);
                    }
                }
            }
            BytePattern::Slice { operand, span, .. } => {
                if !instruction.operands.contains(operand) {
                    let title = format!("`{}` has no operand `{}`", name.value, operand.value);
                    let finding = RULE.at(*span, title, "not found").and(name.span, "this instruction");
                    let finding = cx.advise(finding, operand, instruction.operands.names());
                    cx.report(finding);
                }
            }
        }
    }
}
