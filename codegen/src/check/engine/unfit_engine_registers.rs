#![doc = include_str!("../../../rules/LW0502.md")]

use crate::check::{Cx, Rule, rule};
use crate::source::Span;

pub(crate) const RULE: Rule = rule!("LW0502", "unfit-engine-registers", Error);

/// `what` is written at `place`; `wanted` is what it must be, and `other` shows what it is.
pub(crate) fn report(what: &str, place: Span, wanted: &str, other: (Span, String), cx: &mut Cx<'_>) {
    let finding = RULE
        .at(place, format!("`{what}` does not serve the engine here"), format!("expected {wanted}"))
        .and(other.0, other.1)
        .note("the section on engine classes in docs/spec-format.md says what each entry is for");
    cx.report(finding);
}
