#![doc = include_str!("../../../rules/LW0212.md")]

use super::enums::Set;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0212", "unused-enums", Warning);

pub(crate) fn check(sets: &[Set<'_>], cx: &mut Cx<'_>) {
    for set in sets.iter().filter(|set| set.shared && set.uses.is_empty()) {
        let finding = RULE
            .at(set.name.span, format!("enum `{}` is not used", set.name.value), "no field or operand holds it")
            .note("nothing is generated for it")
            .help("write `enum: …` at the field it belongs to, or remove it");
        cx.report(finding);
    }
}
