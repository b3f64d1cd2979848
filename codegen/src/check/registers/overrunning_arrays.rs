#![doc = include_str!("../../../rules/LW0103.md")]

use super::layout::Item;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0103", "overrunning-arrays", Deny);

/// `array` begins before `other` and has an element on it.
pub(crate) fn report(array: &Item<'_>, other: &Item<'_>, cx: &mut Cx<'_>) {
    let Some(written) = array.node.array() else { return };
    let fit = (other.offset - array.offset) / array.stride.max(1);
    let mut finding = RULE
        .at(
            written.count.span,
            format!("array `{}` runs into `{}`", array.name.value, other.name.value),
            format!("{} elements reach from {}", array.count, array.range()),
        )
        .and(other.name.span, format!("this {} is at {}", other.what(), other.range()));
    finding = if array.stride > array.size {
        finding.note("arrays may interleave, but no element may lie on another register")
    } else {
        finding.help(format!("{} would fit", counted(fit, "element")))
    };
    cx.mark(other.name.span);
    cx.report(finding);
}
