#![doc = include_str!("../../../rules/LW0110.md")]

use crate::check::cx::max_of;
use crate::check::{Cx, Rule, rule};
use crate::source::Spanned;
use crate::spec::{Name, Register};

pub(crate) const RULE: Rule = rule!("LW0110", "resets-of-reserved-bits", Warning);

pub(crate) fn check(name: &Name, register: &Register, reset: &Spanned<u64>, cx: &mut Cx<'_>) {
    // A register without fields is one value; one with a broken field may have that bit in it.
    if register.fields.is_empty() || !register.fields.broken.is_empty() {
        return;
    }
    let mut described = 0_u64;
    for (_, field) in register.fields.iter() {
        let bits = field.bits.value;
        if bits.high < bits.low || bits.high > 63 {
            return;
        }
        described |= max_of(bits.width()) << bits.low;
    }
    let stray = reset.value & !described;
    if stray != 0 {
        let list: Vec<String> = (0..64).filter(|bit| stray >> bit & 1 == 1).map(|bit| bit.to_string()).collect();
        let (noun, verb) = if list.len() == 1 { ("bit", "belongs") } else { ("bits", "belong") };
        let finding = RULE
            .at(
                reset.span,
                format!("the reset value of `{}` sets reserved bits", name.value),
                format!("{noun} {} {verb} to no field", list.join(", ")),
            )
            .and(name.span, format!("the fields of this register cover {described:#x}"))
            .note("either a field is missing or misplaced, or the value is wrong")
            .help("add the field; call it `reserved` if all that is known is that it must be one");
        cx.report(finding);
    }
}
