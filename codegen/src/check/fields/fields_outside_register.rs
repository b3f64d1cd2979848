#![doc = include_str!("../../../rules/LW0202.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Name, Register};

pub(crate) const RULE: Rule = rule!("LW0202", "fields-outside-register", Error);

pub(crate) fn check(name: &Name, register: &Register, width: u64, cx: &mut Cx<'_>) {
    for (field_name, field) in register.fields.iter() {
        let bits = field.bits.value;
        if cx.is_broken(field.bits.span) || u64::from(bits.high) < width {
            continue;
        }
        let other = register.width.as_ref().map_or(name.span, |w| w.span);
        let finding = RULE
            .at(
                field.bits.span,
                format!("field `{}` does not fit into `{}`", field_name.value, name.value),
                format!("bit {} is beyond bit {}", bits.high, width - 1),
            )
            .and(other, format!("this register has {width} bits"))
            .help("correct the bits, or give the register a larger `width`");
        cx.mark(field.bits.span);
        cx.report(finding);
    }
}
