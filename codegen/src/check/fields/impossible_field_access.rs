#![doc = include_str!("../../../rules/LW0210.md")]

use crate::check::registers::layout;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Access, Name, Register};

pub(crate) const RULE: Rule = rule!("LW0210", "impossible-field-access", Error);

pub(crate) fn check(name: &Name, register: &Register, cx: &mut Cx<'_>) {
    let outer = layout::access(register);
    for (field_name, field) in register.fields.iter() {
        let Some(inner) = &field.access else { continue };
        let missing = match (outer, inner.value) {
            (Access::ReadOnly, inner) if inner != Access::ReadOnly => "written",
            (Access::WriteOnly, inner) if inner != Access::WriteOnly => "read",
            (outer, inner) if outer.acts() && inner != outer && inner != Access::ReadOnly => "written with a value",
            _ => continue,
        };
        let at = register.access.as_ref().map_or(name.span, |a| a.span);
        let finding = RULE
            .at(
                inner.span,
                format!("field `{}` cannot be accessed as it says", field_name.value),
                format!("`{}` needs a register that can be {missing}", inner.value.as_str()),
            )
            .and(at, format!("`{}` is `{}`", name.value, outer.as_str()))
            .note("a field is reached through its register")
            .help("change one of the two; a register whose fields differ in access is `rw`");
        cx.report(finding);
    }
}
