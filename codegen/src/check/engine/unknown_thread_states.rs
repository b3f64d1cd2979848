#![doc = include_str!("../../../rules/LW0507.md")]

use std::collections::HashMap;

use super::unfit_engine_registers;
use crate::check::instructions::encoding;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Entry, Field, Ip, Name, Path, ThreadStates};

pub(crate) const RULE: Rule = rule!("LW0507", "unknown-thread-states", Error);

pub(crate) fn check(ip: &Ip, path: &Path, field: Option<&Entry<Field>>, states: &ThreadStates, cx: &mut Cx<'_>) {
    let Some(field) = field else { return };
    let Some(used) = &field.value.values else {
        let is = (field.name.span, "it has no enum".to_string());
        return unfit_engine_registers::report(&path.text(), path.span, "a field with an enum", is, cx);
    };
    let Some(values) = encoding::values(ip, used) else { return };
    let lists = [
        &states.stopped,
        &states.running,
        &states.waiting_for_event,
        &states.waiting_for_peripheral,
        &states.killing,
        &states.faulting,
    ];
    let mut first: HashMap<&str, &Name> = HashMap::new();
    for name in lists.into_iter().flatten() {
        if let Some(earlier) = first.get(name.value.as_str()) {
            let finding = RULE
                .at(name.span, format!("state `{}` has two meanings", name.value), "again here")
                .and(earlier.span, "first here")
                .help("list it once");
            cx.report(finding);
        } else if !values.contains(name) {
            let title = format!("field `{}` has no value `{}`", field.name.value, name.value);
            let finding = RULE.at(name.span, title, "not found").and(field.name.span, "the field");
            let finding = cx.advise(finding, name, values.names());
            cx.report(finding);
        }
        first.entry(&name.value).or_insert(name);
    }
}
