#![doc = include_str!("../../../rules/LW0309.md")]

use super::asm::{Piece, pieces};
use crate::check::{Cx, Rule, rule};
use crate::spec::{Instruction, Name};

pub(crate) const RULE: Rule = rule!("LW0309", "unwritten-operands", Error);

pub(crate) fn check(name: &Name, instruction: &Instruction, cx: &mut Cx<'_>) {
    let asm = &instruction.asm;
    let Ok(parts) = pieces(asm) else { return };
    if cx.is_broken(asm.span) {
        return;
    }
    for (operand, _) in instruction.operands.iter() {
        let times = parts.iter().filter(|p| matches!(p, Piece::Operand(o, _) if *o == operand.value)).count();
        let (title, label) = match times {
            1 => continue,
            0 => {
                (format!("the text form of `{}` does not show operand `{}`", name.value, operand.value), "missing here")
            }
            _ => (format!("the text form of `{}` shows operand `{}` twice", name.value, operand.value), "twice here"),
        };
        let finding = RULE
            .at(asm.span, title, label)
            .and(operand.span, "this operand")
            .note("a program must survive being disassembled and assembled again")
            .help(format!("write `{{{}}}` once in `asm`", operand.value));
        cx.mark(asm.span);
        cx.report(finding);
    }
}
