//! `cargo run -p qemu -- random COUNT [SEED]`: random programs of the planner on QEMU's controllers, as a nightly run
//! would have them; exit 0 when memory was right after each.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let numbers = match words.as_slice() {
        ["random", count] => count.parse().ok().map(|count| (count, 1)),
        ["random", count, seed] => count.parse().ok().zip(seed.parse().ok()),
        _ => None,
    };
    let Some((count, seed)) = numbers else {
        eprintln!("usage: qemu random COUNT [SEED]");
        return ExitCode::from(2);
    };
    println!("seed {seed}: {}", qemu::programs::storm(count, seed));
    ExitCode::SUCCESS
}
