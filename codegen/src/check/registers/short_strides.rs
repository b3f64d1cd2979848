#![doc = include_str!("../../../rules/LW0106.md")]

use super::layout::Block;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0106", "short-strides", Error);

pub(crate) fn check(blocks: &[Block<'_>], cx: &mut Cx<'_>) {
    for item in blocks.iter().flat_map(|block| &block.items) {
        let Some(array) = item.node.array().filter(|_| item.stride < item.size && item.count > 1) else { continue };
        let finding = RULE
            .at(
                array.stride.span,
                format!("elements of `{}` overlap each other", item.name.value),
                format!("{} from one to the next", counted(item.stride, "byte")),
            )
            .and(item.name.span, format!("but each takes {}", counted(item.size, "byte")))
            .help(format!("the stride is at least {:#x}", item.size));
        cx.mark(item.name.span);
        cx.report(finding);
    }
}
