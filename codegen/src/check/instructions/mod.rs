//! Rules about instructions: encodings, operands, text forms.

pub(super) mod asm;
pub(super) mod colliding_assembly;
pub(super) mod colliding_instruction_names;
pub(super) mod colliding_operand_names;
pub(super) mod encoding;
pub(super) mod impossible_operands;
pub(super) mod incomplete_operands;
pub(super) mod overlapping_encodings;
pub(super) mod overlong_instructions;
pub(super) mod too_many_instructions;
pub(super) mod unencoded_operands;
pub(super) mod unknown_asm_operands;
pub(super) mod unknown_operands;
pub(super) mod unwritten_operands;

use super::Cx;
use crate::spec::Ip;

pub(super) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let Some(set) = &ip.instructions else { return };
    if !too_many_instructions::check(set, cx) {
        return;
    }
    colliding_instruction_names::check(set, cx);
    overlong_instructions::check(set, cx);
    for (name, instruction) in set.set.iter() {
        colliding_operand_names::check(instruction, cx);
        impossible_operands::check(instruction, cx);
        unknown_operands::check(name, instruction, cx);
        unencoded_operands::check(instruction, cx);
        incomplete_operands::check(instruction, cx);
        unknown_asm_operands::check(name, instruction, cx);
        unwritten_operands::check(name, instruction, cx);
    }
    overlapping_encodings::check(ip, set, cx);
    colliding_assembly::check(ip, set, cx);
}
