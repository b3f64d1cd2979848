#![doc = include_str!("../../../rules/LW0509.md")]

use super::settings;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, MicrocodeDma, Name};

pub(crate) const RULE: Rule = rule!("LW0509", "unknown-engine-names", Error);

pub(super) fn check(ip: &Ip, engine: &MicrocodeDma, cx: &mut Cx<'_>) {
    for (_, name) in settings::parameters(engine) {
        if !ip.parameters.contains(name) {
            report(ip, "parameter", name, &ip.parameters.names().collect::<Vec<_>>(), cx);
        }
    }
    if let Some(quirks) = &engine.quirks {
        let lists = [&quirks.no_flush, &quirks.burst_requests, &quirks.barriers, &quirks.no_subtract];
        for name in lists.into_iter().flat_map(|list| list.iter()) {
            if !ip.quirks.contains(name) {
                report(ip, "quirk", name, &ip.quirks.names().collect::<Vec<_>>(), cx);
            }
        }
    }
    if let Some(lines) = &engine.lines {
        let known: Vec<&str> =
            settings::interrupts(ip, cx).into_iter().filter_map(|(name, _)| Some(name?.value.as_str())).collect();
        for name in lines.all.iter().chain(&lines.faults).chain(&lines.events) {
            if !known.contains(&name.value.as_str()) {
                report(ip, "interrupt", name, &known, cx);
            }
        }
    }
}

fn report(ip: &Ip, what: &str, name: &Name, known: &[&str], cx: &mut Cx<'_>) {
    let title = format!("ip `{}` has no {what} `{}`", ip.name.value, name.value);
    let finding = RULE.at(name.span, title, "the engine names it").and(ip.name.span, "the ip");
    let finding = cx.advise(finding, name, known.iter().copied());
    cx.report(finding);
}
