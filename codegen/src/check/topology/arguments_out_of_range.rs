#![doc = include_str!("../../../rules/LW0407.md")]

use super::links::Target;
use crate::check::cx::{counted, max_of};
use crate::check::{Cx, Rule, rule};
use crate::source::{Span, Spanned};
use crate::spec::{ArgumentType, Name, Scalar};

pub(crate) const RULE: Rule = rule!("LW0407", "arguments-out-of-range", Error);

/// Says whether a number fits. `lone`: it is the only argument, and so counts what the provider has.
pub(super) fn check(
    target: &Target<'_>,
    name: &Name,
    kind: ArgumentType,
    argument: &Spanned<Scalar>,
    value: u64,
    lone: bool,
    cx: &mut Cx<'_>,
) -> bool {
    let bits = match kind {
        ArgumentType::Bits(bits) => u32::from(bits),
        ArgumentType::Id => 32,
    };
    let capacity = target.provided.capacity.as_ref().filter(|_| lone);
    let (label, place, text): (String, Span, String) = if value > max_of(bits) {
        let text = format!("`{}` is a number of {}", name.value, counted(bits.into(), "bit"));
        (format!("expected 0 to {}", max_of(bits)), name.span, text)
    } else if let Some(capacity) = capacity.filter(|c| value >= c.value) {
        let text = format!("`{}` has {}, counted from 0", target.ip.name.value, capacity.value);
        (format!("there is no number {value}"), capacity.span, text)
    } else {
        return true;
    };
    let title = format!("argument `{}` of `{}` is out of range", name.value, target.device.value);
    let finding = RULE.at(argument.span, title, label).and(place, text);
    cx.report(finding);
    false
}

/// A name stands where only a number may.
pub(super) fn report_name(target: &Target<'_>, name: &Name, argument: &Spanned<Scalar>, cx: &mut Cx<'_>) {
    let title = format!("argument `{}` of `{}` is a number", name.value, target.device.value);
    let finding = RULE
        .at(argument.span, title, "expected a number")
        .and(name.span, format!("`{}` is declared here", name.value))
        .note("names stand for numbers only where the argument's type is `id`");
    cx.report(finding);
}
