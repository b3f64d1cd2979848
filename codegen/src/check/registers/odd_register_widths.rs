#![doc = include_str!("../../../rules/LW0108.md")]

use super::layout;
use crate::check::{Cx, Rule, rule};
use crate::source::Spanned;
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0108", "odd-register-widths", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let default = ip.window.as_ref().and_then(|w| w.width.as_ref());
    let mut judge = |width: &Spanned<u64>, what: &str| {
        if !layout::is_width(width.value) {
            let title = format!("{what} of {} bits", width.value);
            let finding = RULE
                .at(width.span, title, "expected 8, 16, 32 or 64")
                .note("a register is read and written as one machine word");
            cx.report(finding);
        }
    };
    default.into_iter().for_each(|width| judge(width, "registers"));
    for (_, register) in layout::registers(ip) {
        register.width.iter().for_each(|width| judge(width, "a register"));
    }
    for (_, consumes) in ip.consumes.iter() {
        for (_, consumed) in consumes.iter() {
            consumed.width.iter().for_each(|width| judge(width, "a FIFO word"));
        }
    }
}
