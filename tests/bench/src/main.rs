//! Prints what a transfer costs with this driver, measured now on the simulator, beside what it costs with the other
//! public PL330 drivers: `cargo run --release -p bench`.
#![forbid(unsafe_code)]

fn main() {
    print!("{}", bench::report());
}
