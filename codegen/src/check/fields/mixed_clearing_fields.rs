#![doc = include_str!("../../../rules/LW0213.md")]

use crate::check::registers::layout;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Access, Name, Register};

pub(crate) const RULE: Rule = rule!("LW0213", "mixed-clearing-fields", Warning);

pub(crate) fn check(name: &Name, register: &Register, cx: &mut Cx<'_>) {
    if layout::access(register) != Access::ReadWrite {
        return;
    }
    let with = |wanted: Access| {
        let access = move |field: &crate::spec::Field| field.access.as_ref().map_or(Access::ReadWrite, |a| a.value);
        register.fields.iter().find(move |(_, field)| access(field) == wanted)
    };
    let (Some((clearing, field)), Some((plain, _))) = (with(Access::WriteToClear), with(Access::ReadWrite)) else {
        return;
    };
    let at = field.access.as_ref().map_or(clearing.span, |a| a.span);
    let finding = RULE
        .at(
            at,
            format!("changing `{}` can clear `{}`", plain.value, clearing.value),
            "writing back the one that was read here clears it",
        )
        .and(plain.span, "this field is changed by reading the register and writing it back")
        .note(format!("both are in `{}`, and an event that came in between is lost", name.value))
        .help("say in `doc` how drivers avoid it: write zeros to the clearing fields whenever others change");
    cx.report(finding);
}
