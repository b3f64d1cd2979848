#![doc = include_str!("../../../rules/LW0412.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0412", "unknown-parents", Error);

pub(crate) fn check(soc: &Soc, cx: &mut Cx<'_>) {
    for (name, device) in soc.devices.iter() {
        let Some(parent) = device.parent.as_ref().filter(|p| !soc.devices.contains(p)) else { continue };
        let title = format!("`{}` has no device `{}`", soc.name.value, parent.value);
        let finding = RULE.at(parent.span, title, "not found").and(name.span, format!("parent of `{}`", name.value));
        let finding = cx.advise(finding, parent, soc.devices.names());
        cx.report(finding);
    }
}
