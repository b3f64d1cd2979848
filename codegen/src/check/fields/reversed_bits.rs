#![doc = include_str!("../../../rules/LW0203.md")]

use crate::check::{Cx, Rule, rule};
use crate::report::Fix;
use crate::spec::Register;

pub(crate) const RULE: Rule = rule!("LW0203", "reversed-bits", Error);

pub(crate) fn check(register: &Register, cx: &mut Cx<'_>) {
    for (name, field) in register.fields.iter() {
        let bits = field.bits.value;
        if bits.high < bits.low {
            let finding = RULE
                .at(
                    field.bits.span,
                    format!("field `{}` has no bits", name.value),
                    format!("bit {} is below bit {}", bits.high, bits.low),
                )
                .and(name.span, "this field")
                .note("bits are written from the most significant to the least")
                .help(format!("write `{}:{}`", bits.low, bits.high))
                .correct(Fix::write(
                    field.bits.span,
                    format!("{}:{}", bits.high, bits.low),
                    format!("{}:{}", bits.low, bits.high),
                ));
            cx.mark(field.bits.span);
            cx.report(finding);
        }
    }
}
