#![doc = include_str!("../../../rules/LW0310.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::InstructionSet;

pub(crate) const RULE: Rule = rule!("LW0310", "too-many-instructions", Error);

/// Each instruction is compared with each.
const MOST: usize = 4096;

/// Says whether the set is small enough to look at.
pub(crate) fn check(set: &InstructionSet, cx: &mut Cx<'_>) -> bool {
    let Some((name, _)) = set.set.iter().nth(MOST) else { return true };
    let finding = RULE
        .at(name.span, format!("{} instructions", set.set.len()), format!("at most {MOST} are allowed"))
        .and(set.span, "in this set")
        .help("what differs in an operand is one instruction with an `enum`");
    cx.report(finding);
    false
}
