#![doc = include_str!("../../../rules/LW0111.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0111", "missing-windows", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    if let Some(window) = &ip.window {
        let size = window.size.value;
        if size == 0 || (size > 1 << 31 && !ip.registers.is_empty()) {
            let finding = RULE
                .at(window.size.span, format!("a window of {size:#x} bytes"), "expected 1 byte to 2 GiB")
                .note("offsets and the size of a block are 32-bit numbers in generated code");
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
