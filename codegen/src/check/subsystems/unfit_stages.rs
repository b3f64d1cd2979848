#![doc = include_str!("../../../rules/LW0602.md")]

use std::collections::HashMap;

use super::unknown_operations::stages;
use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{Operation, OperationPower, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0602", "unfit-stages", Error);

pub(super) fn check(subsystem: &Subsystem, cx: &mut Cx<'_>) {
    let mut first: HashMap<(&str, &str), Span> = HashMap::new();
    for (key, staged) in stages(subsystem) {
        if let Some(earlier) = first.insert((key, staged.as_str()), staged.span) {
            let title = format!("stage `{key}` lists `{}` twice", staged.as_str());
            cx.report(RULE.at(staged.span, title, "again here").and(earlier, "first here").help("list it once"));
            continue;
        }
        let Some(operation) = subsystem.operations.get(staged) else { continue };
        judge(staged, staged.span, operation, "happens by itself", cx);
        let Some(undo) = &operation.undo else { continue };
        if let Some(back) = subsystem.operations.get(undo) {
            judge(undo, undo.span, back, "is taken back by itself", cx);
        }
    }
}

/// Can it be done without being told anything, from where power is about to change?
fn judge(name: &str, listed: Span, operation: &Operation, how: &str, cx: &mut Cx<'_>) {
    let (place, label, why) = if let Some((argument, _)) = operation.args.iter().next() {
        (argument.span, "nobody is there to tell it this", "it is told something")
    } else if let Some(power) = operation.power.as_ref().filter(|power| power.value == OperationPower::Active) {
        (power.span, "the device may not be on at that moment", "it needs power")
    } else if let Some(returns) = &operation.returns {
        (returns.span, "nobody is there to hear it", "it answers something")
    } else {
        return;
    };
    let finding = RULE
        .at(listed, format!("`{name}` {how}, but {why}"), "cannot be done by itself")
        .and(place, label)
        .help("leave it to the driver, or make an operation for it that needs nothing");
    cx.report(finding);
}
