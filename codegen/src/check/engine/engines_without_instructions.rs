#![doc = include_str!("../../../rules/LW0508.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, MicrocodeDma};

pub(crate) const RULE: Rule = rule!("LW0508", "engines-without-instructions", Error);

/// Says whether there are instructions.
pub(crate) fn check(ip: &Ip, engine: &MicrocodeDma, cx: &mut Cx<'_>) -> bool {
    if ip.instructions.is_some() {
        return true;
    }
    let finding = RULE
        .at(engine.class.span, format!("`{}` has an engine but no instructions", ip.name.value), "executes programs")
        .and(ip.name.span, "the ip")
        .help("describe them under `instructions`");
    cx.report(finding);
    false
}
