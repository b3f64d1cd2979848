//! The soak, scaled: `cargo run --release -p bench -- soak 1000000` is the whole of it.
#![forbid(unsafe_code)]

use std::time::Duration;

use bench::soak::{Wrongs, soak};

/// Each must have arrived whole at least once.
const KINDS: [&str; 25] = [
    "copy, linear",
    "copy, linear, pausable",
    "copy, list",
    "copy, list, pausable",
    "copy, rectangle",
    "copy, rectangle, pausable",
    "zeros, linear",
    "pattern, linear",
    "to a device, linear",
    "to a device, linear, pausable",
    "to a device, list",
    "to a device, list, pausable",
    "to a device, rectangle",
    "to a device, rectangle, pausable",
    "from a device, linear",
    "from a device, linear, pausable",
    "from a device, list",
    "from a device, list, pausable",
    "from a device, rectangle",
    "from a device, rectangle, pausable",
    "ring to a device",
    "ring from a device",
    "gated ring to a device",
    "gated ring from a device",
    "queue",
];

#[test]
fn nothing_is_lost_wrong_or_leaked() {
    let score = soak(20_000, 7, Some(Duration::from_secs(20)));
    println!("{score:#?}");
    // As much of everything as says that it was tried.
    let parts = [
        score.succeeded,
        score.faulted,
        score.cancelled,
        score.dropped,
        score.withdrawn,
        score.leaked,
        score.paused,
        score.found,
        score.prepared,
        score.reclaimed,
        score.powered,
        score.periods,
    ];
    assert!(parts.iter().all(|part| *part >= score.started / 400), "too calm: {score:#?}");
    assert!(score.unstarted > 0 && score.overtaken > score.unstarted, "no start was prevented: {score:#?}");
    for kind in KINDS {
        assert!(score.kinds.get(kind).is_some_and(|whole| *whole > 0), "no {kind}: {score:#?}");
    }
    assert_eq!(score.kinds.len(), KINDS.len(), "a kind that is not asked for: {score:#?}");
    assert!(score.compared > 0 && score.wrongs == Wrongs::default(), "{}", score.wrongs);
    assert!(score.started >= 2_000, "too slow: {score:#?}");
}
