#![doc = include_str!("../../../rules/LW0503.md")]

use std::collections::HashSet;

use super::roles::{ALL, Role};
use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, MicrocodeDma};

pub(crate) const RULE: Rule = rule!("LW0503", "missing-roles", Error);

pub(super) fn check(ip: &Ip, engine: &MicrocodeDma, roles: &[Role<'_>], cx: &mut Cx<'_>) {
    let set = ip.instructions.as_ref();
    // A broken instruction may have the role.
    if set.is_some_and(|set| !set.set.broken.is_empty()) {
        return;
    }
    let there: HashSet<&str> = roles.iter().map(|role| role.kind).collect();
    let missing: Vec<&str> = ALL.iter().copied().filter(|kind| !there.contains(kind)).collect();
    if missing.is_empty() {
        return;
    }
    let list = format!("`{}`", missing.join("`, `"));
    let title = match missing.as_slice() {
        [_] => format!("no instruction has the role {list}"),
        _ => format!("{} roles have no instruction", missing.len()),
    };
    let mut finding = RULE.at(engine.class.span, title, "this engine needs them all");
    finding = match set {
        Some(set) => finding.and(set.span, "these are the instructions"),
        None => finding.and(ip.name.span, "this ip has no `instructions`"),
    };
    if missing.len() > 1 {
        finding = finding.note(format!("missing: {list}"));
    }
    cx.report(finding.help("write `role: { … }` at the instruction that does it"));
}
