#![doc = include_str!("../../../rules/LW0422.md")]

use std::collections::HashMap;

use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0422", "empty-parameters", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (name, parameter) in ip.parameters.iter() {
        let finding = match (&parameter.range, &parameter.values) {
            (None, None) => RULE
                .at(name.span, format!("parameter `{}` does not say what it can be", name.value), "no values")
                .help("add `range: 1..8` or `values: [32, 64]`"),
            (Some(range), Some(values)) => {
                let other = values.first().map_or(name.span, |v| v.span);
                RULE.at(other, format!("parameter `{}` has a range and a list", name.value), "which one holds?")
                    .and(range.span, "the range")
                    .help("remove one of them")
            }
            (Some(range), None) if range.value.high < range.value.low => RULE
                .at(
                    range.span,
                    format!("parameter `{}` has no values", name.value),
                    format!("{} is below {}", range.value.high, range.value.low),
                )
                .help(format!("write `{}..{}`", range.value.high, range.value.low)),
            (None, Some(values)) if values.is_empty() => {
                RULE.at(name.span, format!("parameter `{}` has no values", name.value), "its list is empty")
            }
            (None, Some(values)) => {
                let mut first = HashMap::new();
                let twice = values.iter().find_map(|v| first.insert(v.value, v.span).map(|earlier| (v, earlier)));
                let Some((value, earlier)) = twice else { continue };
                RULE.at(value.span, format!("parameter `{}` lists {} twice", name.value, value.value), "again here")
                    .and(earlier, "first here")
            }
            _ => continue,
        };
        cx.mark(name.span);
        cx.report(finding);
    }
}
