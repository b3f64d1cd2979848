#![doc = include_str!("../../../rules/LW0206.md")]

use std::collections::HashMap;

use super::enums::Set;
use crate::check::{Cx, Rule, rule};
use crate::spec::Name;

pub(crate) const RULE: Rule = rule!("LW0206", "duplicate-enum-values", Error);

pub(crate) fn check(sets: &[Set<'_>], cx: &mut Cx<'_>) {
    for set in sets {
        let mut first: HashMap<u64, (&Name, crate::source::Span)> = HashMap::new();
        for (name, value) in set.values.iter() {
            let number = value.value.value;
            let Some((other, place)) = first.get(&number) else {
                first.insert(number, (name, value.value.span));
                continue;
            };
            let finding = RULE
                .at(
                    value.value.span,
                    format!("`{}` and `{}` have the same value", other.value, name.value),
                    format!("{number} means `{}` here", name.value),
                )
                .and(*place, format!("and `{}` here", other.value))
                .note("what is read from hardware must have one meaning")
                .help("correct a value; if both names are in use, mention the other in `doc`");
            cx.report(finding);
        }
    }
}
