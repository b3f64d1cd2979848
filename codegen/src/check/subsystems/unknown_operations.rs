#![doc = include_str!("../../../rules/LW0601.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Subsystem, Text};

pub(crate) const RULE: Rule = rule!("LW0601", "unknown-operations", Error);

pub(super) fn check(subsystem: &Subsystem, cx: &mut Cx<'_>) {
    for (name, operation) in subsystem.operations.iter() {
        let Some(undo) = &operation.undo else { continue };
        if undo.as_str() == name.value {
            let finding = RULE
                .at(undo.span, format!("`{}` takes back itself", name.value), "expected another operation")
                .and(name.span, "the operation");
            cx.report(finding);
        } else {
            known(subsystem, undo, &format!("`{}` is taken back by", name.value), cx);
        }
    }
    for (key, staged) in stages(subsystem) {
        known(subsystem, staged, &format!("stage `{key}` lists"), cx);
    }
}

/// Operations that happen by themselves, with the stage's key.
pub(super) fn stages(subsystem: &Subsystem) -> impl Iterator<Item = (&'static str, &Text)> {
    subsystem.stages.iter().flat_map(|stages| {
        let probe = stages.probe.iter().map(|operation| ("probe", operation));
        probe.chain(stages.resume.iter().map(|operation| ("resume", operation)))
    })
}

fn known(subsystem: &Subsystem, name: &Text, what: &str, cx: &mut Cx<'_>) {
    if subsystem.operations.contains(name) || subsystem.operations.is_broken(name) {
        return;
    }
    let finding = RULE
        .at(
            name.span,
            format!("{what} `{}`, which `{}` does not have", name.as_str(), subsystem.name.value),
            "not found",
        )
        .and(subsystem.name.span, "its `operations` are those of this subsystem");
    let finding = cx.advise(finding, name, subsystem.operations.names());
    cx.report(finding);
}
