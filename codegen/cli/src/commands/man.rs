use std::fs;

use clap::CommandFactory as _;

use crate::args::{Cli, Man};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Man, console: &Console) -> Result<Verdict, Failure> {
    let failed = |error| Failure::new(format!("cannot write manual pages to {}: {error}", args.out.display()));
    fs::create_dir_all(&args.out).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.out).map_err(failed)?;
    let out = args.out.display();
    console.say(&format!("Manual pages are in {out}; `man {out}/linkwright.1` shows the first."));
    Ok(Verdict::Clean)
}
