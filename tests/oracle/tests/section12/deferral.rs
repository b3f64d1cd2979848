//! 12.2: waiting for suppliers.

use oracle::board::{Board, board};
use oracle::random::Numbers;

#[test]
fn s41_no_wake_up_is_lost() {
    // Y defers; in the middle of its probe X is bound, which is what Y waits for.
    board("x y", "", "", |b| {
        b.run("add x; add y; driver x; unbind x; ret y probe -517; on y probe: once bind x; driver y");
        assert_eq!(b.log(), "pb:x rm:x pb:y pb:x pb:y");
    });
}

/// A random acyclic graph of `n` devices, registered in random order, drivers in random order.
fn random_dag(b: &mut Board<'_, '_>, numbers: &mut Numbers, n: usize, missing: Option<usize>) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, numbers.below(i + 1));
    }
    for d in &order {
        b.run(&format!("add d{d}"));
    }
    let mut edges = Vec::new();
    for consumer in 1..n {
        for _ in 0..numbers.below(3) {
            let supplier = numbers.below(consumer);
            b.run(&format!("link d{supplier}<-d{consumer}"));
            edges.push((supplier, consumer));
        }
    }
    for i in (1..n).rev() {
        order.swap(i, numbers.below(i + 1));
    }
    for d in order.into_iter().filter(|d| Some(*d) != missing) {
        b.run(&format!("driver d{d}"));
    }
    edges
}

fn names(n: usize) -> String {
    (0..n).map(|i| format!("d{i}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn s42_all_bind_each_probed_once_in_an_order_that_the_links_allow() {
    for seed in 0..40 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(20);
        board(&names(n), "", "", |b| {
            let edges = random_dag(b, &mut numbers, n, None);
            let log = b.log();
            let probed: Vec<usize> = log.split(' ').map(|token| token["pb:d".len()..].parse().expect("a probe")).collect();
            let mut once = probed.clone();
            once.sort_unstable();
            assert_eq!(once, (0..n).collect::<Vec<_>>(), "seed {seed}");
            let place = |d: usize| probed.iter().position(|p| *p == d);
            for (supplier, consumer) in edges {
                assert!(place(supplier) < place(consumer), "seed {seed}");
            }
        });
    }
}

#[test]
fn s43_without_one_supplier_exactly_its_dependents_wait_and_say_why() {
    for seed in 0..40 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(20);
        let root = numbers.below(n);
        board(&names(n), "", "", |b| {
            let edges = random_dag(b, &mut numbers, n, Some(root));
            let mut waits = vec![false; n];
            waits[root] = true;
            // Edges lead from smaller to larger numbers and are sorted by consumer.
            for (supplier, consumer) in edges {
                waits[consumer] |= waits[supplier];
            }
            for (d, waits) in waits.iter().enumerate().filter(|(d, _)| *d != root) {
                let name = format!("d{d}");
                assert_eq!(b.bound(&name), !waits, "seed {seed} {name}");
                if !waits {
                    continue;
                }
                // Follow the answers: they end at the missing one.
                let mut at = name;
                for _ in 0..=n {
                    let why = b.system().waiting(b.handle(&at)).map(|why| why.to_string()).unwrap_or_default();
                    let Some(next) = why.strip_prefix("waiting for ") else { break };
                    at = next.to_owned();
                }
                assert_eq!(at, format!("d{root}"), "seed {seed}");
            }
        });
    }
}
