#![doc = include_str!("../../../rules/LW0501.md")]

use crate::check::registers::unknown_registers::{Found, resolve};
use crate::check::{Cx, Rule, rule};
use crate::spec::{Entry, Field, Ip, Name, Path, Register};

pub(crate) const RULE: Rule = rule!("LW0501", "unknown-engine-registers", Error);

/// The register at a path. `None`: there is none, which is reported.
pub(crate) fn register<'a, 'p>(ip: &'a Ip, path: &'p Path, cx: &mut Cx<'_>) -> Option<Found<'a, 'p>> {
    resolve(ip, path, &RULE, cx)
}

/// A field of a register. `None`: there is none, which is reported.
pub(crate) fn field<'a>(
    owner: &Name,
    register: &'a Register,
    name: &Name,
    cx: &mut Cx<'_>,
) -> Option<&'a Entry<Field>> {
    let found = register.fields.entry(name);
    if found.is_none() && !register.fields.is_broken(name) {
        let title = format!("register `{}` has no field `{}`", owner.value, name.value);
        let finding = RULE.at(name.span, title, "not found").and(owner.span, "the register");
        let finding = cx.advise(finding, name, register.fields.names());
        cx.report(finding);
    }
    found.filter(|entry| !cx.is_broken(entry.value.bits.span))
}
