#![doc = include_str!("../../../rules/LW0422.md")]

use std::collections::HashMap;

use crate::check::{Cx, Rule, rule};
use crate::spec::Subsystem;

pub(crate) const RULE: Rule = rule!("LW0422", "shared-subsystem-keys", Error);

pub(crate) fn check(cx: &mut Cx<'_>) {
    let mut first: HashMap<&str, &Subsystem> = HashMap::new();
    for loaded in &cx.workspace.subsystems {
        let this = &loaded.spec;
        let Some(other) = first.get(this.key()) else {
            first.insert(this.key(), this);
            continue;
        };
        let place = |s: &Subsystem| s.key.as_ref().map_or(s.name.span, |key| key.span);
        let finding = RULE
            .at(
                place(this),
                format!("subsystems `{}` and `{}` are spelt alike", other.name.value, this.name.value),
                format!("`{}` in `ip` and `soc` files", this.key()),
            )
            .and(place(other), "and so is this")
            .note("without `key` the spelling is the device-tree property")
            .help("give one of them another `key`");
        cx.report(finding);
    }
}
