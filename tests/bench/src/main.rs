//! Prints what a transfer costs with this driver, measured now on the simulator, beside what it costs with the other
//! public PL330 drivers: `cargo run --release -p bench`.
//!
//! `cargo run --release -p bench -- soak 1000000` makes a million transfers of random shapes in bad weather, and says
//! what became of them; a third number is the seed.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Instant;

use bench::soak::{Wrongs, soak};

const USAGE: &str = "bench             print the tables\nbench soak [TRANSFERS [SEED]]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Result<Vec<u64>, _> = arguments.iter().skip(1).map(|a| a.replace(['_', ','], "").parse()).collect();
    match (arguments.first().map(String::as_str), numbers.as_deref()) {
        (None, _) => print!("{}", bench::report()),
        (Some("soak"), Ok(numbers)) if numbers.len() <= 2 => {
            let begin = Instant::now();
            let transfers = numbers.first().copied().unwrap_or(1_000_000);
            let score = soak(transfers, numbers.get(1).copied().unwrap_or(1), None);
            println!("{score:#?}");
            println!("{}; {} bytes compared", score.wrongs, score.compared);
            println!("{:.1} s", begin.elapsed().as_secs_f64());
            if score.wrongs != Wrongs::default() {
                return ExitCode::FAILURE;
            }
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
