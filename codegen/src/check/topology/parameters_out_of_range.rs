#![doc = include_str!("../../../rules/LW0410.md")]

use crate::check::{Cx, Rule, rule};
use crate::report::one_of;
use crate::source::{Span, Spanned};
use crate::spec::{Device, Ip, Name, Parameter};

pub(crate) const RULE: Rule = rule!("LW0410", "parameters-out-of-range", Error);

pub(crate) fn check_defaults(ip: &Ip, cx: &mut Cx<'_>) {
    for (name, parameter) in ip.parameters.iter() {
        judge(name, parameter, &parameter.default, "the default of ", cx);
    }
}

pub(crate) fn check(ip: &Ip, device: &Device, cx: &mut Cx<'_>) {
    for (name, value) in device.parameters.iter() {
        if let Some(entry) = ip.parameters.entry(name) {
            judge(&entry.name, &entry.value, value, "", cx);
        }
    }
}

fn judge(name: &Name, parameter: &Parameter, value: &Spanned<u64>, whose: &str, cx: &mut Cx<'_>) {
    if cx.is_broken(name.span) {
        return;
    }
    let (fits, allowed, place): (bool, String, Span) = match (&parameter.range, &parameter.values) {
        (Some(range), _) => {
            let (low, high) = (range.value.low, range.value.high);
            ((low..=high).contains(&value.value), format!("{low} to {high}"), range.span)
        }
        (None, Some(values)) => {
            let text: Vec<String> = values.iter().map(|v| v.value.to_string()).collect();
            let allowed = one_of(text.iter().map(String::as_str)).replace('`', "");
            (values.iter().any(|v| v.value == value.value), allowed, values.first().map_or(name.span, |v| v.span))
        }
        (None, None) => return,
    };
    if !fits {
        let title = format!("{whose}parameter `{}` cannot be {}", name.value, value.value);
        let finding = RULE.at(value.span, title, format!("expected {allowed}")).and(place, "the ip allows these");
        cx.report(finding);
    }
}
