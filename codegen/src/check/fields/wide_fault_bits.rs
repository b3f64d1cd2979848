#![doc = include_str!("../../../rules/LW0214.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Register;

pub(crate) const RULE: Rule = rule!("LW0214", "wide-fault-bits", Error);

pub(crate) fn check(register: &Register, cx: &mut Cx<'_>) {
    for (name, field) in register.fields.iter() {
        let Some(fault) = &field.fault else { continue };
        let width = field.bits.value.width();
        let finding = if cx.is_broken(field.bits.span) {
            continue;
        } else if width != 1 {
            RULE.at(
                field.bits.span,
                format!("fault field `{}` is wider than a bit", name.value),
                format!("it has {width} bits"),
            )
            .and(fault.cause.span, "a cause is reported by one bit")
            .help("split it into a field for each bit")
        } else if let Some(values) = &field.values {
            let at = match values {
                crate::spec::EnumUse::Named(name) => name.span,
                crate::spec::EnumUse::Inline(set) => set.iter().next().map_or(name.span, |(n, _)| n.span),
            };
            RULE.at(at, format!("fault field `{}` has an enum", name.value), "a fault bit is set or not")
                .and(fault.cause.span, "this says what it means when set")
                .help("remove the enum")
        } else {
            continue;
        };
        cx.report(finding);
    }
}
