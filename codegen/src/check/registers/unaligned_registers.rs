#![doc = include_str!("../../../rules/LW0105.md")]

use super::layout::Block;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0105", "unaligned-registers", Error);

pub(crate) fn check(blocks: &[Block<'_>], cx: &mut Cx<'_>) {
    for item in blocks.iter().flat_map(|block| &block.items) {
        if cx.is_broken(item.name.span) {
            continue;
        }
        let (name, alignment) = (item.name, item.alignment);
        let needs = format!("its widest access is {}", counted(alignment, "byte"));
        let offset = item.node.offset();
        if item.offset % alignment != 0 {
            let finding = RULE
                .at(
                    offset.span,
                    format!("{} `{}` is not aligned", item.what(), name.value),
                    format!("{:#x} is not a multiple of {alignment}", item.offset),
                )
                .and(name.span, needs)
                .note("most buses fault on such an access, or split it in two")
                .help(match (item.offset / alignment + 1).checked_mul(alignment) {
                    Some(above) => format!(
                        "the aligned offsets around it are {:#x} and {above:#x}; or give the register a smaller `width`",
                        item.offset / alignment * alignment
                    ),
                    None => "correct the offset, or give the register a smaller `width`".to_string(),
                });
            cx.report(finding);
        } else if let Some(array) = item.node.array()
            && item.count > 1
            && item.stride % alignment != 0
        {
            let finding = RULE
                .at(
                    array.stride.span,
                    format!("elements of `{}` are not aligned", name.value),
                    format!("{:#x} is not a multiple of {alignment}", item.stride),
                )
                .and(name.span, needs)
                .note("most buses fault on such an access, or split it in two");
            cx.report(finding);
        }
    }
}
