#![doc = include_str!("../../../rules/LW0505.md")]

use super::roles::Role;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0505", "unknown-role-operands", Error);

pub(super) fn check(role: &Role<'_>, cx: &mut Cx<'_>) {
    let operands = &role.instruction.operands;
    for part in role.parts.iter().filter(|part| !operands.contains(part.operand)) {
        let title = format!("`{}` has no operand `{}`", role.name.value, part.operand.value);
        let label = format!("`{}` of the role `{}`", part.what, role.kind);
        let finding = RULE.at(part.operand.span, title, label).and(role.name.span, "this instruction");
        let finding = cx.advise(finding, part.operand, operands.names());
        cx.report(finding);
    }
}
