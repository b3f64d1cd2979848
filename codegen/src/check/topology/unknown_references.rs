#![doc = include_str!("../../../rules/LW0403.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Consumed, Consumes, Entry, Ip, Name, Reference};

pub(crate) const RULE: Rule = rule!("LW0403", "unknown-references", Error);

/// What the ip says about a reference. `None`: it says nothing, which is reported.
pub(crate) fn find<'a>(
    ip: &Ip,
    consumes: &'a Entry<Consumes>,
    name: Option<&Name>,
    reference: &Reference,
    cx: &mut Cx<'_>,
) -> Option<&'a Consumed> {
    let key = &consumes.name.value;
    let finding = match (&consumes.value, name) {
        (Consumes::One(consumed), None) => return Some(consumed),
        (Consumes::Named(map), Some(name)) => {
            if let Some(consumed) = map.get(name) {
                return Some(consumed);
            }
            if map.is_broken(name) {
                return None;
            }
            let title = format!("`{}` has no reference `{key}.{}`", ip.name.value, name.value);
            let finding = RULE.at(name.span, title, "not found").and(consumes.name.span, "what the ip consumes");
            cx.advise(finding, name, map.names())
        }
        (Consumes::One(_), Some(name)) => RULE
            .at(name.span, format!("`{key}` of `{}` has no names", ip.name.value), "no name expected")
            .and(consumes.name.span, "one unnamed reference")
            .help(format!("write `{key}: {}…`", reference.provider.value)),
        (Consumes::Named(map), None) => {
            let first = map.names().next().unwrap_or("name");
            RULE.at(reference.span, format!("`{key}` of `{}` has names", ip.name.value), "which of them is it?")
                .and(consumes.name.span, "named references")
                .help(format!("write `{key}: {{ {first}: {}… }}`", reference.provider.value))
        }
    };
    cx.report(finding);
    None
}
