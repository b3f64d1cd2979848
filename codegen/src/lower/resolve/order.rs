use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::lower::{Edge, LinkClass};

/// Enabled devices, each after everything it needs, and otherwise in the order of the spec: of all devices whose
/// suppliers have gone before, the first one listed comes next. So a line added to a spec moves few others, which the
/// order of a depth-first sort does not promise.
///
/// Where devices need each other, an optional link gives way. `None`: hard links form a circle.
pub(super) fn probe_order(enabled: &[bool], edges: &[Edge]) -> Option<Vec<usize>> {
    let mut consumers: Vec<Vec<(usize, bool)>> = vec![Vec::new(); enabled.len()];
    let mut all = vec![0_usize; enabled.len()];
    let mut hard = vec![0_usize; enabled.len()];
    for edge in edges {
        let is_hard = edge.class == LinkClass::Hard;
        consumers[edge.supplier].push((edge.consumer, is_hard));
        all[edge.consumer] += 1;
        hard[edge.consumer] += usize::from(is_hard);
    }
    let devices = || (0..enabled.len()).filter(|&device| enabled[device]);
    let mut ready: BinaryHeap<Reverse<usize>> = devices().filter(|&device| all[device] == 0).map(Reverse).collect();
    // Waiting, but only for what is optional.
    let mut patient: BTreeSet<usize> = devices().filter(|&device| all[device] > 0 && hard[device] == 0).collect();
    let mut placed = vec![false; enabled.len()];
    let mut order = Vec::new();
    while let Some(device) = ready.pop().map(|Reverse(device)| device).or_else(|| patient.pop_first()) {
        if std::mem::replace(&mut placed[device], true) {
            continue;
        }
        order.push(device);
        for &(consumer, is_hard) in &consumers[device] {
            all[consumer] -= 1;
            hard[consumer] -= usize::from(is_hard);
            if placed[consumer] {
                continue;
            }
            if all[consumer] == 0 {
                patient.remove(&consumer);
                ready.push(Reverse(consumer));
            } else if hard[consumer] == 0 {
                patient.insert(consumer);
            }
        }
    }
    (order.len() == devices().count()).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(consumer: usize, supplier: usize, class: LinkClass) -> Edge {
        let (subsystem, name, place) = (String::new(), String::new(), String::new());
        Edge { consumer, supplier, subsystem, name, class, runtime_pm: false, place }
    }

    #[test]
    fn suppliers_come_first_and_ties_keep_the_order_of_the_spec() {
        let edges = [edge(0, 3, LinkClass::Hard), edge(1, 3, LinkClass::Optional), edge(3, 4, LinkClass::Hard)];
        assert_eq!(probe_order(&[true; 5], &edges), Some(vec![2, 4, 3, 0, 1]));
    }

    #[test]
    fn disabled_devices_are_left_out() {
        assert_eq!(probe_order(&[true, false, true], &[]), Some(vec![0, 2]));
    }

    #[test]
    fn an_optional_link_gives_way_in_a_circle() {
        let edges = [edge(0, 1, LinkClass::Hard), edge(1, 0, LinkClass::Optional), edge(2, 0, LinkClass::Hard)];
        assert_eq!(probe_order(&[true; 3], &edges), Some(vec![1, 0, 2]));
    }

    #[test]
    fn a_hard_circle_has_no_order() {
        let edges = [edge(0, 1, LinkClass::Hard), edge(1, 0, LinkClass::Hard)];
        assert_eq!(probe_order(&[true; 2], &edges), None);
    }
}
