//! Random programs of every shape; `cargo run --release -p qemu -- random 10000` runs more of them.

#[test]
fn five_hundred_programs_of_every_shape() {
    let tally = qemu::programs::storm(500, 20_261);
    println!("{tally}");
    assert!(tally.ran.iter().all(|count| *count > 40), "a shape is missing: {tally}");
    assert!(tally.paused > 30 && tally.periods > 200, "{tally}");
}
