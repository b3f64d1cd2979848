#![doc = include_str!("../../../rules/LW0308.md")]

use super::asm::{Piece, pieces};
use crate::check::{Cx, Rule, rule};
use crate::spec::{Instruction, Name};

pub(crate) const RULE: Rule = rule!("LW0308", "unknown-asm-operands", Error);

pub(crate) fn check(name: &Name, instruction: &Instruction, cx: &mut Cx<'_>) {
    let asm = &instruction.asm;
    let parts = match pieces(asm) {
        Ok(parts) => parts,
        Err(at) => {
            let brace = asm.value[at..].chars().next().unwrap_or('{');
            let finding = RULE
                .at(
                    asm.span,
                    format!("the text form of `{}` has a brace without a partner", name.value),
                    format!("this `{brace}` is character {}", asm.value[..at].chars().count() + 1),
                )
                .and(name.span, "this instruction")
                .help("an operand is written `{name}`");
            cx.mark(asm.span);
            cx.report(finding);
            return;
        }
    };
    for part in parts {
        let Piece::Operand(operand, _) = part else { continue };
        if !instruction.operands.contains(operand) {
            let title = format!("`{}` has no operand `{operand}`", name.value);
            let finding = RULE.at(asm.span, title, "named in this text form").and(name.span, "this instruction");
            let finding = cx.advise(finding, operand, instruction.operands.names());
            cx.mark(asm.span);
            cx.report(finding);
        }
    }
}
