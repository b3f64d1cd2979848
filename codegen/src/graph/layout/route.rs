//! Which line turns where, in the channel between two layers.

/// The part of a line in a channel: it comes from these heights on the left and goes to these on the right, with one
/// vertical piece between.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    pub(super) left: Vec<i64>,
    pub(super) right: Vec<i64>,
}

/// Costs of two lines on top of each other, in crossings.
const OVERLAP: i64 = 50;
/// Lines nearer than this, in pixels, look like one.
const NEAR: i64 = 4;
/// With more vertical pieces than this the order is that of their heights, and is not improved.
const MANY: usize = 400;

impl Run {
    fn span(&self) -> (i64, i64) {
        let all = || self.left.iter().chain(&self.right).copied();
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}

/// The track of each run, from 0, and how many there are. What goes straight needs none and is on 0.
pub(super) fn tracks(runs: &[Run]) -> (Vec<i64>, i64) {
    let spans: Vec<(i64, i64)> = runs.iter().map(Run::span).collect();
    let mut order: Vec<usize> = (0..runs.len()).filter(|&run| spans[run].0 != spans[run].1).collect();
    // Upwards from left to right, downwards from right to left: parallel lines then nest.
    order.sort_by_key(|&run| {
        let source = runs[run].left.iter().min().copied().unwrap_or(spans[run].0);
        let rises = source - spans[run].0 > spans[run].1 - source;
        (!rises, if rises { source } else { -source }, run)
    });
    if order.len() <= MANY {
        improve(runs, &spans, &mut order);
    }
    let mut slots = vec![0; runs.len()];
    let mut used = 0;
    for at in 0..order.len() {
        let run = order[at];
        let clash = |&&other: &&usize| {
            let (a, b) = (spans[run], spans[other]);
            a.0 <= b.1 + NEAR && b.0 <= a.1 + NEAR
        };
        let slot = order[..at].iter().filter(clash).map(|&other| slots[other] + 1).max().unwrap_or(0);
        slots[run] = slot;
        used = used.max(slot + 1);
    }
    (slots, used)
}

/// Swap neighbours as long as that saves crossings.
fn improve(runs: &[Run], spans: &[(i64, i64)], order: &mut [usize]) {
    for _ in 0..order.len() {
        let mut better = false;
        for at in 1..order.len() {
            let (a, b) = (order[at - 1], order[at]);
            if cost(runs, spans, b, a) < cost(runs, spans, a, b) {
                order.swap(at - 1, at);
                better = true;
            }
        }
        if !better {
            break;
        }
    }
}

/// Crossings if one run's vertical piece is to the left of another's.
fn cost(runs: &[Run], spans: &[(i64, i64)], left: usize, right: usize) -> i64 {
    let inside = |y: i64, (top, bottom): (i64, i64)| i64::from(top < y && y < bottom);
    let mut cost: i64 = runs[left].right.iter().map(|&y| inside(y, spans[right])).sum();
    cost += runs[right].left.iter().map(|&y| inside(y, spans[left])).sum::<i64>();
    for &y in &runs[left].right {
        cost += OVERLAP * runs[right].left.iter().filter(|&&other| (other - y).abs() < NEAR).count() as i64;
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(left: &[i64], right: &[i64]) -> Run {
        Run { left: left.to_vec(), right: right.to_vec() }
    }

    #[test]
    fn parallel_lines_nest() {
        // Both go down: the upper one has to turn later.
        let (slots, used) = tracks(&[run(&[0], &[100]), run(&[10], &[110])]);
        assert_eq!((slots, used), (vec![1, 0], 2));
        // Both go up.
        let (slots, used) = tracks(&[run(&[100], &[0]), run(&[110], &[10])]);
        assert_eq!((slots, used), (vec![0, 1], 2));
    }

    #[test]
    fn lines_do_not_lie_on_each_other() {
        // The first leaves where the second arrives: the one that comes from the left there has to turn first.
        let (slots, _) = tracks(&[run(&[50], &[0]), run(&[100], &[50])]);
        assert!(slots[0] < slots[1], "{slots:?}");
    }

    #[test]
    fn what_is_apart_shares_a_track_and_what_is_straight_needs_none() {
        let (slots, used) = tracks(&[run(&[0], &[10]), run(&[100], &[110]), run(&[200], &[200])]);
        assert_eq!((slots, used), (vec![0, 0, 0], 1));
    }
}
