#![doc = include_str!("../../../rules/LW0429.md")]

use super::links::parents;
use super::runtime_pm;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0429", "irq-safe-children", Deny);

pub(super) fn check(soc: &Soc, enabled: &[bool], cx: &mut Cx<'_>) {
    for (child, parent, place) in parents(soc, enabled) {
        let Some(said) = runtime_pm::irq_safe(soc, child, cx) else { continue };
        if runtime_pm::always_on(soc, parent, cx) {
            continue;
        }
        let [child, name] = [child, parent].map(|device| &soc.devices.entries[device].name);
        let finding = RULE
            .at(
                place,
                format!("`{}` is irq-safe, so `{}` is never suspended", child.value, name.value),
                "the core holds it for as long as the child has a driver",
            )
            .and(said, "it suspends and resumes with interrupts off")
            .and(name.span, "nothing says that it is to stay on")
            .help(
                "take power where sleeping is allowed (prepare) and hold it while atomic code runs, instead of \
                 `irq_safe`; or say `runtime_pm: { always_on: true }` of the parent",
            );
        cx.report(finding);
    }
}
