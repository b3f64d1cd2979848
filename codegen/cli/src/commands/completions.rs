use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Completions, console: &Console) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "linkwright", &mut script);
    console.result(&script)?;
    Ok(Verdict::Clean)
}
