#![doc = include_str!("../../../rules/LW0211.md")]

use super::enums::Set;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0211", "mixed-enum-widths", Error);

pub(crate) fn check(sets: &[Set<'_>], cx: &mut Cx<'_>) {
    for set in sets.iter().filter(|set| set.shared) {
        let mut known = set.uses.iter().filter(|used| used.bits > 0);
        let Some(first) = known.next() else { continue };
        for used in known.filter(|used| used.bits != first.bits) {
            let title = format!("enum `{}` is held by {} and by {}", set.name.value, text(first.bits), text(used.bits));
            let finding = RULE
                .at(used.place, title, format!("{} has {}", used.what, text(used.bits)))
                .and(first.place, format!("{} has {}", first.what, text(first.bits)))
                .note("an enum is one Rust type, with one answer to which bit patterns it lacks")
                .help("correct the bits, or write a second enum");
            cx.mark(set.name.span);
            cx.report(finding);
        }
    }
}

fn text(bits: u32) -> String {
    counted(bits.into(), "bit")
}
