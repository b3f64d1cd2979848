//! Random operations on random graphs: the invariants of `oracle::invariants` hold after every step.

use std::time::{Duration, Instant};

use linkwright::context::host_task;
use linkwright::device::Context;
use oracle::compare::act;
use oracle::invariants::{Ledger, check_order};
use oracle::random::{Generator, Manner};
use oracle::scenario::Scenario;
use oracle::verdict::Mode;
use oracle::world::World;

/// Carry out a scenario and check after every step. Answers the number of operations.
fn check(scenario: &Scenario) -> Result<usize, String> {
    host_task(|task| {
        let cx = Context::sleepable(task);
        let mut ledger = Ledger::default();
        let orderly = scenario.name.starts_with("orderly");
        let run = World::start(scenario, Mode::default(), cx);
        let mut done = 0;
        for i in 0..scenario.ops.len() {
            if orderly && !ledger.allows(&scenario.ops[i]) {
                continue;
            }
            let told = |error| {
                format!(
                    "{}, step {i} ({}): {error}",
                    run.world.scenario.name,
                    serde_json::to_string(&run.world.scenario.ops[i]).unwrap_or_default()
                )
            };
            let result = act(&run, cx, i);
            if let Some(problem) = run.world.inner().problems.first() {
                return Err(told(problem.clone()));
            }
            check_order(&run).map_err(told)?;
            if orderly {
                ledger.check_events(&result.events).map_err(told)?;
                ledger.note(&scenario.ops[i], &result.ret, result.skipped.is_some());
                ledger.check_counts(&run).map_err(told)?;
            }
            done += 1;
        }
        Ok(done)
    })
}

fn sweep(manner: Manner, seeds: std::ops::Range<u64>, length: usize) -> usize {
    let mut done = 0;
    for seed in seeds {
        match check(&Generator::scenario(seed, manner, length)) {
            Ok(count) => done += count,
            Err(error) => panic!("{error}"),
        }
    }
    done
}

/// At least 100,000 operations, bounded in time whatever the machine.
#[test]
fn invariants_hold_after_every_step() {
    let start = Instant::now();
    let (mut done, mut seed) = (0, 1);
    while done < 100_000 {
        done += sweep(Manner::Orderly, seed..seed + 20, 60);
        seed += 20;
        assert!(start.elapsed() < Duration::from_secs(300), "too slow: {done} operations in five minutes");
    }
    println!("{done} operations in {:?}", start.elapsed());
}

#[test]
fn anything_goes_and_ends() {
    let start = Instant::now();
    // For a longer run: FUZZ_SEEDS=100000 cargo test --release -p oracle --test random
    let seeds = std::env::var("FUZZ_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(400);
    let done = sweep(Manner::Wild, 1..seeds, 60);
    println!("{done} operations in {:?}", start.elapsed());
}
