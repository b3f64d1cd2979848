#![doc = include_str!("../../../rules/LW0408.md")]

use super::links::Target;
use crate::check::{Cx, Rule, rule};
use crate::source::Spanned;
use crate::spec::Scalar;

pub(crate) const RULE: Rule = rule!("LW0408", "unknown-ids", Error);

/// The number behind a name. `None`: there is none, which is reported.
pub(super) fn resolve(target: &Target<'_>, argument: &Spanned<Scalar>, id: &str, cx: &mut Cx<'_>) -> Option<u64> {
    let ids = &target.provided.ids;
    if let Some(number) = ids.get(id) {
        return Some(number.value);
    }
    if !ids.is_broken(id) {
        let what = &target.subsystem.name.value;
        let finding = RULE
            .at(argument.span, format!("`{}` has no {what} `{id}`", target.device.value), "not found")
            .and(target.provided_name.span, format!("what `{}` provides", target.ip.name.value));
        let finding = if ids.is_empty() {
            finding.help("add it under `ids` there, or write its number")
        } else {
            cx.advise(finding, id, ids.names())
        };
        cx.report(finding);
    }
    None
}
