use proptest::prelude::*;

use super::*;

const HARD: Rank = Rank::Hard { weight: 4 };
const SOFT: Rank = Rank::Hard { weight: 1 };

fn need(consumer: usize, supplier: usize, rank: Rank) -> Need {
    Need { consumer, supplier, cost: rank.cost() }
}

fn cost(needs: &[Need], cut: &[usize]) -> Cost {
    cut.iter().map(|&need| needs[need].cost).sum()
}

/// The least cost of all orders.
fn brute_force(nodes: usize, needs: &[Need]) -> Cost {
    fn go(order: &mut Vec<usize>, place: &mut [usize], needs: &[Need], least: &mut Cost) {
        if order.len() == place.len() {
            let against = |need: &&Need| place[need.supplier] > place[need.consumer];
            *least = (*least).min(needs.iter().filter(against).map(|need| need.cost).sum());
            return;
        }
        for node in 0..place.len() {
            if order.contains(&node) {
                continue;
            }
            place[node] = order.len();
            order.push(node);
            go(order, place, needs, least);
            order.pop();
        }
    }
    let mut least = Cost::MAX;
    go(&mut Vec::new(), &mut vec![0; nodes], needs, &mut least);
    least
}

/// The plan keeps what it promises, whatever it costs.
fn check(nodes: usize, needs: &[Need]) -> Plan {
    let plan = plan(nodes, needs);
    let mut each = plan.order.clone();
    each.sort_unstable();
    assert_eq!(each, (0..nodes).collect::<Vec<_>>(), "each node once");
    let place = |node: usize| plan.order.iter().position(|other| *other == node);
    for (index, need) in needs.iter().enumerate().filter(|(_, need)| need.consumer != need.supplier) {
        assert_eq!(place(need.supplier) < place(need.consumer), !plan.cut.contains(&index), "{need:?}");
    }
    // Each link that gives way closes a circle with those that stay.
    for &cut in &plan.cut {
        let stays = |index: &usize| *index == cut || !plan.cut.contains(index);
        let rest: Vec<Need> = (0..needs.len()).filter(stays).map(|index| needs[index]).collect();
        assert!(!knots(nodes, &rest).is_empty(), "{cut} gives way for nothing: {needs:?}");
    }
    plan
}

#[test]
fn suppliers_come_first_and_ties_keep_the_order_of_the_spec() {
    let needs = [need(0, 3, HARD), need(1, 3, Rank::Optional), need(3, 4, HARD)];
    assert_eq!(plan(5, &needs), Plan { cut: vec![], cheapest: true, order: vec![2, 4, 3, 0, 1] });
}

#[test]
fn the_lowest_rank_gives_way() {
    let ranks = [Rank::PostInit, Rank::Optional, SOFT, HARD, Rank::Fixed];
    for (low, a) in ranks.iter().enumerate() {
        for b in &ranks[low + 1..] {
            let needs = [need(0, 1, *b), need(1, 0, *a), need(2, 0, HARD)];
            assert_eq!(check(3, &needs).cut, [1], "{a:?} before {b:?}");
        }
    }
}

#[test]
fn a_link_outside_of_the_circle_stays() {
    let needs = [need(0, 1, Rank::Optional), need(1, 2, HARD), need(2, 1, Rank::Optional)];
    assert_eq!(plan(3, &needs), Plan { cut: vec![2], cheapest: true, order: vec![2, 1, 0] });
}

#[test]
fn one_link_that_two_circles_share_is_cheaper_than_one_of_each() {
    let needs = [need(0, 1, HARD), need(1, 2, HARD), need(2, 0, HARD), need(1, 3, HARD), need(3, 0, HARD)];
    assert_eq!(check(4, &needs).cut, [0]);
}

#[test]
fn all_links_of_a_pair_give_way_together_so_several_cost_more() {
    let needs = [need(0, 1, HARD), need(0, 1, HARD), need(1, 0, HARD)];
    assert_eq!(check(2, &needs).cut, [2]);
    let needs = [need(0, 1, SOFT), need(0, 1, SOFT), need(1, 0, HARD)];
    assert_eq!(check(2, &needs).cut, [0, 1]);
}

#[test]
fn no_number_of_links_outweighs_one_of_a_higher_rank() {
    let most = 1 << 20;
    for (low, high) in
        [(Rank::PostInit, Rank::Optional), (Rank::Optional, SOFT), (Rank::Hard { weight: 255 }, Rank::Fixed)]
    {
        assert!(low.cost() * most < high.cost(), "{low:?}");
    }
    assert!(Rank::Fixed.cost().checked_mul(most).is_some());
}

#[test]
fn knots_too_large_for_a_proof_are_cut_all_the_same_and_quickly() {
    // A ring of 40,000 whose only weak link is in the middle, and chords that lead the same way.
    let count = 40_000;
    let mut needs: Vec<Need> = (0..count).map(|node| need(node, (node + 1) % count, HARD)).collect();
    needs[20_000].cost = SOFT.cost();
    needs.extend(
        (0..count - 100)
            .map(|node| need(node, node + 100, Rank::Fixed))
            .filter(|n| !(n.consumer <= 20_000 && n.supplier > 20_000)),
    );
    let begin = std::time::Instant::now();
    let plan = plan(count, &needs);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    assert_eq!((plan.cut, plan.cheapest), (vec![20_000], false));
}

#[test]
fn many_small_knots_stay_within_their_steps() {
    let (size, count) = (14, 2_000);
    let ring = |ring: usize| (0..size).map(move |i| need(ring * size + i, ring * size + (i + 1) % size, HARD));
    let needs: Vec<Need> = (0..count).flat_map(ring).collect();
    let begin = std::time::Instant::now();
    let plan = plan(size * count, &needs);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    assert_eq!((plan.cut.len(), plan.cheapest), (count, false));
}

fn rank() -> impl Strategy<Value = Rank> {
    prop_oneof![
        1 => Just(Rank::PostInit),
        2 => Just(Rank::Optional),
        4 => (1..=4_u8).prop_map(|weight| Rank::Hard { weight }),
        1 => Just(Rank::Fixed),
    ]
}

fn graph(nodes: std::ops::RangeInclusive<usize>, most: usize) -> impl Strategy<Value = (usize, Vec<Need>)> {
    nodes.prop_flat_map(move |nodes| {
        let one = (0..nodes, 0..nodes, rank()).prop_map(|(consumer, supplier, rank)| need(consumer, supplier, rank));
        (Just(nodes), proptest::collection::vec(one, 0..most))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 3_000 }))]

    #[test]
    fn the_cut_is_the_cheapest_there_is((nodes, needs) in graph(2..=6, 20)) {
        let plan = check(nodes, &needs);
        prop_assert!(plan.cheapest);
        prop_assert_eq!(cost(&needs, &plan.cut), brute_force(nodes, &needs));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 100 } else { 3_000 }))]

    #[test]
    fn any_graph_has_an_order((nodes, needs) in graph(2..=40, 120)) {
        check(nodes, &needs);
    }
}

proptest! {
    // 40,320 orders each.
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 40 } else { 400 }))]

    #[test]
    fn the_cut_of_eight_nodes_is_the_cheapest_there_is((nodes, needs) in graph(7..=8, 30)) {
        let plan = check(nodes, &needs);
        prop_assert_eq!(cost(&needs, &plan.cut), brute_force(nodes, &needs));
    }
}
