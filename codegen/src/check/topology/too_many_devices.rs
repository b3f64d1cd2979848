#![doc = include_str!("../../../rules/LW0424.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0424", "too-many-devices", Error);

/// A device's number has 16 bits, and one value means none.
const MOST: usize = 65_535;

pub(crate) fn check(soc: &Soc, cx: &mut Cx<'_>) {
    let Some((name, _)) = soc.devices.iter().nth(MOST) else { return };
    let finding = RULE
        .at(name.span, format!("{} devices", soc.devices.len()), format!("at most {MOST} are allowed"))
        .and(soc.name.span, "in this soc")
        .note("the runtime numbers devices with 16 bits");
    cx.report(finding);
}
