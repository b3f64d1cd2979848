#![doc = include_str!("../../../rules/LW0109.md")]

use super::{layout, resets_of_reserved_bits};
use crate::check::cx::{bits_of, max_of};
use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0109", "oversized-resets", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (path, register) in layout::registers(ip) {
        let bits = layout::width(register, ip);
        let Some(reset) = register.reset.as_ref().filter(|_| layout::is_width(bits)) else { continue };
        let name = path[path.len() - 1];
        if reset.value > max_of(bits as u32) {
            let title = format!("the reset value of `{}` needs {} bits", name.value, bits_of(reset.value));
            let mut finding = RULE
                .at(reset.span, title, format!("the largest value of {bits} bits is {:#x}", max_of(bits as u32)))
                .and(name.span, format!("this register has {bits} bits"));
            finding = match (&register.width, ip.window.as_ref().and_then(|w| w.width.as_ref())) {
                (Some(width), _) => finding.and(width.span, "set here"),
                (None, Some(width)) => finding.and(width.span, "which is the default of the window"),
                (None, None) => finding.note("a register has 32 bits unless it or the window says otherwise"),
            };
            cx.report(finding);
        } else {
            resets_of_reserved_bits::check(name, register, reset, cx);
        }
    }
}
