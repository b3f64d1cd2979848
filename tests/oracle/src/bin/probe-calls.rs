//! Counts probe calls of 10,000 random graphs in the generated order, and by deferral.

#![forbid(unsafe_code)]

fn main() {
    println!("{}", oracle::order::probe_calls(10_000));
}
