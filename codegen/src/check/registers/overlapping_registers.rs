#![doc = include_str!("../../../rules/LW0102.md")]

use super::layout::{Block, Item};
use super::overrunning_arrays;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0102", "overlapping-registers", Error);

/// Comparisons of interleaved arrays in one block before they count as overlapping.
const PATIENCE: usize = 1 << 20;

pub(crate) fn check(blocks: &[Block<'_>], cx: &mut Cx<'_>) {
    for block in blocks {
        let mut items: Vec<&Item<'_>> = block.items.iter().collect();
        items.sort_by_key(|item| (item.offset, item.name.span.start));
        // Those seen so far that reach beyond the current offset.
        let mut open: Vec<&Item<'_>> = Vec::new();
        let mut patience = PATIENCE;
        for item in items {
            open.retain(|earlier| earlier.end() > item.offset);
            patience = patience.saturating_sub(open.len());
            let other = open.iter().rev().find(|earlier| clash(earlier, item, &mut patience));
            match other {
                Some(earlier) => report(earlier, item, cx),
                None => open.push(item),
            }
        }
    }
}

/// Do two items share bytes, in a way that hardware does not have?
fn clash(earlier: &Item<'_>, later: &Item<'_>, patience: &mut usize) -> bool {
    // What is read at a place and what is written there may be two things.
    let apart = !(earlier.readable() && later.readable()) && !(earlier.writable() && later.writable());
    if apart && earlier.offset == later.offset && earlier.size == later.size {
        return false;
    }
    share_bytes(earlier, later, patience)
}

/// Exact for arrays whose elements interleave.
fn share_bytes(a: &Item<'_>, b: &Item<'_>, patience: &mut usize) -> bool {
    let (few, many) = if a.count <= b.count { (a, b) } else { (b, a) };
    for i in 0..few.count {
        let Some(left) = patience.checked_sub(1) else { return true };
        *patience = left;
        let start = few.offset.saturating_add(few.stride.saturating_mul(i));
        let end = start.saturating_add(few.size);
        // The last element of `many` that begins before `end`: only it and those before can reach into this one.
        if end <= many.offset || start >= many.end() {
            continue;
        }
        let before_end = end - 1 - many.offset.min(end - 1);
        let index = if many.stride == 0 { 0 } else { (before_end / many.stride).min(many.count.saturating_sub(1)) };
        let begin = many.offset.saturating_add(many.stride.saturating_mul(index));
        if begin < end && begin.saturating_add(many.size) > start {
            return true;
        }
    }
    false
}

fn report(earlier: &Item<'_>, later: &Item<'_>, cx: &mut Cx<'_>) {
    let runs_into = earlier.count > 1
        && later.offset > earlier.offset
        && later.offset >= earlier.offset.saturating_add(earlier.size);
    if runs_into {
        return overrunning_arrays::report(earlier, later, cx);
    }
    let title = if earlier.offset == later.offset {
        format!("`{}` and `{}` have the same offset", earlier.name.value, later.name.value)
    } else {
        format!("`{}` and `{}` overlap", earlier.name.value, later.name.value)
    };
    let finding = RULE
        .at(later.name.span, title, format!("this {} is at {}", later.what(), later.range()))
        .and(earlier.name.span, format!("this {} is at {}", earlier.what(), earlier.range()))
        .note("a write to one would change the other")
        .help("correct an offset or a width; only a read-only and a write-only register may share a place");
    cx.mark(later.name.span);
    cx.report(finding);
}
