#![doc = include_str!("../../../rules/LW0504.md")]

use std::collections::HashMap;

use super::roles::Role;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0504", "repeated-roles", Error);

pub(super) fn check(roles: &[Role<'_>], cx: &mut Cx<'_>) {
    let mut first: HashMap<&str, &Role<'_>> = HashMap::new();
    for role in roles {
        let Some(earlier) = first.get(role.kind) else {
            first.insert(role.kind, role);
            continue;
        };
        let finding = RULE
            .at(
                role.place,
                format!("`{}` and `{}` both have the role `{}`", earlier.name.value, role.name.value, role.kind),
                format!("role of `{}`", role.name.value),
            )
            .and(earlier.place, format!("role of `{}`", earlier.name.value))
            .note("the engine uses one instruction for each role")
            .help("keep the role at the instruction that programs should use");
        cx.report(finding);
    }
}
