//! Section 12.6 of the semantic reference: what random testing checks beyond the invariants after every step (`random.rs`).

use oracle::board::{Board, board};
use oracle::random::Numbers;
use serde_json::Value;

fn names(n: usize) -> String {
    (0..n).map(|i| format!("d{i}")).collect::<Vec<_>>().join(" ")
}

fn shuffled(numbers: &mut Numbers, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, numbers.below(i + 1));
    }
    order
}

/// A random graph of runtime PM links, drivers registered in this order.
fn build(b: &mut Board<'_, '_>, edges: &[(usize, usize)], order: &[usize]) {
    for d in 0..order.len() {
        b.run(&format!("add d{d}; on d{d} probe: enable d{d}; on d{d} remove: disable d{d}"));
    }
    for (supplier, consumer) in edges {
        b.run(&format!("link d{supplier}<-d{consumer} PM_RUNTIME"));
    }
    for d in order {
        b.run(&format!("driver d{d}"));
    }
}

fn edges(numbers: &mut Numbers, n: usize) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    for consumer in 1..n {
        for _ in 0..numbers.below(3) {
            edges.push((numbers.below(consumer), consumer));
        }
    }
    edges
}

#[test]
fn i6_unregistering_everything_leaves_nothing() {
    for seed in 0..30 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(8);
        board(&names(n), "", "", |b| {
            let edges = edges(&mut numbers, n);
            build(b, &edges, &(0..n).collect::<Vec<_>>());
            b.run(&format!("get_sync d{}", n - 1));
            for d in shuffled(&mut numbers, n) {
                let name = format!("d{d}");
                b.run(&format!("del {name}"));
                for (_, device) in b.all_devices() {
                    let used = device["usage"].as_u64().unwrap_or(0);
                    assert!(used <= n as u64);
                }
            }
            assert_eq!(b.links(), 0);
            assert!(b.all_devices().is_empty());
        });
    }
}

#[test]
fn i7_the_order_of_registration_does_not_matter_in_the_end() {
    for seed in 0..30 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(8);
        let edges = edges(&mut numbers, n);
        let mut ends = Vec::new();
        for _ in 0..3 {
            let order = shuffled(&mut numbers, n);
            ends.push(board(&names(n), "", "", |b| {
                build(b, &edges, &order);
                let end: Vec<(String, Value, Value)> = b
                    .all_devices()
                    .into_iter()
                    .map(|(name, d)| (name, d["driver"].clone(), d["rpm"].clone()))
                    .collect();
                end
            }));
        }
        assert!(ends.iter().all(|end| *end == ends[0]), "seed {seed}");
    }
}

#[test]
fn i8_equal_numbers_of_get_and_put_end_suspended() {
    for seed in 0..30 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(8);
        board(&names(n), "", "", |b| {
            let edges = edges(&mut numbers, n);
            build(b, &edges, &(0..n).collect::<Vec<_>>());
            let mut held = vec![0; n];
            for _ in 0..60 {
                let d = numbers.below(n);
                if held[d] > 0 && numbers.once_in(2) {
                    held[d] -= 1;
                    b.run(&format!("{} d{d}", numbers.pick(&["put", "put_sync", "put_sync_suspend"])));
                } else {
                    held[d] += 1;
                    b.run(&format!("{} d{d}", numbers.pick(&["get", "get_sync"])));
                }
            }
            for (d, held) in held.into_iter().enumerate() {
                for _ in 0..held {
                    b.run(&format!("put d{d}"));
                }
            }
            for (name, device) in b.all_devices() {
                assert_eq!((&device["rpm"], &device["usage"]), (&"suspended".into(), &0.into()), "seed {seed} {name}");
            }
        });
    }
}

#[test]
fn i9_sleep_leaves_counts_as_they_were() {
    for seed in 0..30 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(8);
        board(&names(n), "", "", |b| {
            let edges = edges(&mut numbers, n);
            build(b, &edges, &(0..n).collect::<Vec<_>>());
            for _ in 0..3 {
                b.run(&format!("get_sync d{}", numbers.below(n)));
            }
            let counts = |b: &Board<'_, '_>| -> Vec<Value> {
                b.all_devices().into_values().map(|d| d["usage"].clone()).collect()
            };
            let before = counts(b);
            for phase in ["prepare", "suspend", "suspend_late", "suspend_noirq"] {
                b.run(&format!("ret d{} {phase} -5", numbers.below(n)));
                b.ret("suspend platform");
                assert_eq!(counts(b), before, "seed {seed} {phase}");
            }
            assert_eq!(b.ret("suspend platform"), 0);
            assert_eq!(counts(b), before);
        });
    }
}
