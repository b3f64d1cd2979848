#![doc = include_str!("../../../rules/LW0102.md")]

use super::layout::{Block, Item};
use super::overrunning_arrays;
use crate::check::{Cx, Rule, rule};

pub(crate) const RULE: Rule = rule!("LW0102", "overlapping-registers", Deny);

/// Comparisons of interleaved arrays in one block before they count as overlapping.
const PATIENCE: usize = 1 << 24;

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
    if earlier.node.view().map(|view| &view.value) != later.node.view().map(|view| &view.value) {
        return false;
    }
    // What is read at a place and what is written there may be two things.
    let both = (earlier.readable() && later.readable()) || (earlier.writable() && later.writable());
    if !both && earlier.offset == later.offset && earlier.size == later.size {
        return false;
    }
    share_bytes(earlier, later, patience)
}

/// Exact for arrays whose elements interleave.
fn share_bytes(earlier: &Item<'_>, later: &Item<'_>, patience: &mut usize) -> bool {
    // With one stride, the first element of the later array meets the earlier one if any does.
    let (few, many, tries) = match (earlier, later) {
        _ if earlier.count > 1 && later.count > 1 && earlier.stride == later.stride => (later, earlier, 1),
        _ if earlier.count <= later.count => (earlier, later, earlier.count),
        _ => (later, earlier, later.count),
    };
    for i in 0..tries {
        let Some(left) = patience.checked_sub(1) else { return true };
        *patience = left;
        let start = few.offset.saturating_add(few.stride.saturating_mul(i));
        let end = start.saturating_add(few.size);
        if end <= many.offset || start >= many.end() {
            continue;
        }
        // The last element of `many` that begins before `end`: none after it reaches into this one, and if one before
        // it does, it does too.
        let index = ((end - 1 - many.offset) / many.stride.max(1)).min(many.count.saturating_sub(1));
        let begin = many.offset.saturating_add(many.stride.saturating_mul(index));
        if begin.saturating_add(many.size) > start {
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
        .help("correct an offset or a width; only a read-only and a write-only register may share a place, and those of different `view`s");
    cx.mark(later.name.span);
    cx.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::front;
    use crate::load::{Input, Options};

    /// Bytes of every element, one by one.
    fn meet(arrays: &[(u64, u64, u64)]) -> bool {
        let mut bytes = std::collections::HashSet::new();
        let elements = arrays.iter().flat_map(|&(offset, count, stride)| (0..count).map(move |i| offset + stride * i));
        elements.flat_map(|start| start..start + 4).any(|byte| !bytes.insert(byte))
    }

    #[test]
    fn arrays_meet_exactly_when_they_share_a_byte() {
        let mut met = [0, 0];
        let mut state = 1_u64;
        let mut below = |end: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % end
        };
        for _ in 0..400 {
            let arrays = [(); 2].map(|()| (4 * below(8), 1 + below(4), 4 + 4 * below(5)));
            let register = |(i, (offset, count, stride)): (usize, &(u64, u64, u64))| {
                format!("  R{i}: {{ offset: {offset}, array: {{ count: {count}, stride: {stride} }} }}\n")
            };
            let registers: String = arrays.iter().enumerate().map(register).collect();
            let text = format!("linkwright: 1\nip: block\nwindow: {{ size: 0x1000 }}\nregisters:\n{registers}");
            let inputs = [Input::Text("ip/block.yaml".to_string(), text)];
            let reading = front::read(&inputs, &Options { built_in: false, ..Options::default() });
            let expected = meet(&arrays);
            assert_eq!(reading.diagnostics.has_errors(), expected, "{registers}");
            met[usize::from(expected)] += 1;
        }
        assert!(met.iter().all(|&n| n > 50), "{met:?}");
    }
}
