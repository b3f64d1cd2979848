#![doc = include_str!("../../../rules/LW0205.md")]

use super::enums::Set;
use crate::check::cx::{bits_of, counted, max_of};
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0205", "oversized-enum-values", Error);

pub(crate) fn check(sets: &[Set<'_>], cx: &mut Cx<'_>) {
    for set in sets.iter().filter(|set| !cx.is_broken(set.name.span)).collect::<Vec<_>>() {
        let Some(used) = set.uses.iter().find(|used| used.bits > 0) else { continue };
        for (name, value) in set.values.iter().filter(|(_, value)| value.value.value > max_of(used.bits)) {
            let number = value.value.value;
            let finding = RULE
                .at(
                    value.value.span,
                    format!("value `{}` does not fit into {}", name.value, used.what),
                    format!("{number} needs {}", counted(bits_of(number).into(), "bit")),
                )
                .and(used.place, format!("{} has {}", used.what, counted(used.bits.into(), "bit")));
            cx.report(finding);
        }
    }
}
