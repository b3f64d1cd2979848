#![doc = include_str!("../../../rules/LW0111.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0111", "missing-windows", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    if let Some(window) = &ip.window {
        if window.size.value == 0 || window.size.value > 1 << 32 {
            let finding = RULE
                .at(window.size.span, "the window has an impossible size", "expected 1 byte to 4 GiB")
                .note("register offsets are 32-bit numbers");
            cx.mark(window.size.span);
            cx.report(finding);
        }
    } else if let Some((first, _)) = ip.registers.iter().next() {
        let finding = RULE
            .at(ip.name.span, format!("`{}` has registers but no window", ip.name.value), "how large is it?")
            .and(first.span, "the first register")
            .help("add `window: { size: 0x1000 }` with the bytes of address space that the block decodes");
        cx.report(finding);
    }
}
