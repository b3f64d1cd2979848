#![doc = include_str!("../../../rules/LW0104.md")]

use super::layout::{Block, Item};
use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0104", "registers-outside-window", Error);

pub(crate) fn check(ip: &Ip, blocks: &[Block<'_>], cx: &mut Cx<'_>) {
    let Some(window) = ip.window.as_ref().filter(|w| !cx.is_broken(w.size.span)) else { return };
    let size = window.size.value;
    for item in blocks.iter().filter(|block| block.path.is_empty()).flat_map(|block| &block.items) {
        if item.end() <= size {
            // The stride of a single element says nothing about places, but is a 32-bit number all the same.
            if let Some(array) = item.node.array().filter(|array| array.stride.value > size.max(item.size)) {
                let finding = RULE
                    .at(
                        array.stride.span,
                        format!("a second `{}` would lie outside the window", item.name.value),
                        "this far on",
                    )
                    .and(window.size.span, format!("the window has {size:#x} bytes"));
                cx.report(finding);
            }
            continue;
        }
        let mut finding = RULE
            .at(
                place(item),
                format!("{} `{}` lies outside the window", item.what(), item.name.value),
                format!("it is at {}", item.range()),
            )
            .and(window.size.span, format!("the window ends at {:#x}", size.saturating_sub(1)));
        if item.count > 1 && item.offset.saturating_add(item.size) <= size {
            let fit = (size - item.offset - item.size) / item.stride.max(1) + 1;
            finding = finding.help(format!("{fit} of {} elements would fit", item.count));
        } else {
            finding = finding.help("correct the offset or the size of the window");
        }
        cx.report(finding);
    }
}

fn place(item: &Item<'_>) -> crate::source::Span {
    match item.node.array() {
        Some(array) if item.count > 1 => array.count.span,
        _ => item.node.offset().span,
    }
}
