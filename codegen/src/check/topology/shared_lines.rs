#![doc = include_str!("../../../rules/LW0432.md")]

use std::collections::HashMap;

use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Soc, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0432", "shared-lines", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let mut first: HashMap<(&str, usize, &[u64]), &Link<'_>> = HashMap::new();
    let name = |device: usize| soc.devices.entries[device].name.value.as_str();
    for link in links.iter().filter(|link| enabled[link.consumer] && is_exclusive(link.subsystem)) {
        let Some(which) = link.args.as_deref().map(|args| which(link.subsystem, args)) else { continue };
        let Some(other) = first.get(&(&link.subsystem.name.value, link.provider, which)) else {
            first.insert((&link.subsystem.name.value, link.provider, which), link);
            continue;
        };
        let number: String = which.iter().map(|number| format!(" {number}")).collect();
        let finding = RULE
            .at(
                link.reference.span,
                format!("{}{number} of `{}` has two users", link.subsystem.name.value, name(link.provider)),
                format!("`{}` of `{}`", link.label(), name(link.consumer)),
            )
            .and(other.reference.span, format!("and `{}` of `{}`", other.label(), name(other.consumer)))
            .note("what one of them does happens to both, and most drivers refuse what somebody has already")
            .help("correct a number; if the board does connect both, let one device have the line");
        cx.report(finding);
    }
}

fn is_exclusive(subsystem: &Subsystem) -> bool {
    let exclusive = subsystem.reference.as_ref().and_then(|form| form.exclusive.as_ref());
    exclusive.is_some_and(|exclusive| exclusive.value)
}

/// The arguments without the one that tells how the line is used.
fn which<'a>(subsystem: &Subsystem, args: &'a [u64]) -> &'a [u64] {
    let flags = subsystem.devicetree.as_ref().and_then(|tree| tree.flags.as_ref()).is_some_and(|flags| flags.value);
    match args.split_last() {
        Some((_, which)) if flags && args.len() > subsystem.args().count() => which,
        _ => args,
    }
}
