//! The soak, scaled: `cargo run --release -p bench -- soak 1000000` is the whole of it.
#![forbid(unsafe_code)]

use std::time::Duration;

use bench::soak::soak;

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
    assert!(score.started >= 2_000, "too slow: {score:#?}");
}
