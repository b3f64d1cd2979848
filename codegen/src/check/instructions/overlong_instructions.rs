#![doc = include_str!("../../../rules/LW0305.md")]

use super::encoding::LONGEST;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::spec::InstructionSet;

pub(crate) const RULE: Rule = rule!("LW0305", "overlong-instructions", Error);

pub(crate) fn check(set: &InstructionSet, cx: &mut Cx<'_>) {
    let limit = &set.max_length;
    if !(1..=LONGEST as u64).contains(&limit.value) {
        let title = format!("instructions of up to {}", counted(limit.value, "byte"));
        let finding = RULE
            .at(limit.span, title, format!("expected 1 to {LONGEST}"))
            .note("the runtime keeps an encoded instruction in eight bytes");
        cx.report(finding);
        return;
    }
    for (name, instruction) in set.set.iter() {
        let length = instruction.bytes.len() as u64;
        let finding = if length == 0 {
            RULE.at(name.span, format!("`{}` has no bytes", name.value), "expected at least one").help("add `bytes`")
        } else if length > limit.value {
            let beyond = instruction.bytes[limit.value as usize].span();
            RULE.at(beyond, format!("`{}` is too long", name.value), format!("byte {} of {length}", limit.value + 1))
                .and(limit.span, format!("the limit is {}", counted(limit.value, "byte")))
        } else {
            continue;
        };
        cx.mark(name.span);
        cx.report(finding);
    }
}
