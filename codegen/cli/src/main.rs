//! The `linkwright` command.
//!
//! Reads the command line and prints; the work is done by `linkwright-codegen`, and playing scenarios by `linkwright-simulate` on
//! the runtime's device model. Results go to standard output, everything said to people to standard error.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod console;
mod page;
mod progress;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser as _;
use console::Console;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.color, cli.quiet, cli.verbose);
    let outcome = match &cli.command {
        Command::Generate(args) => commands::generate::run(args, &console),
        Command::Lint(args) => commands::lint::run(args, &console),
        Command::Import(args) => commands::import::run(args, &console),
        Command::Explain(args) => commands::explain::run(args, &console),
        Command::Graph(args) => commands::graph::run(args, &console),
        Command::Diff(args) => commands::diff::run(args, &console),
        Command::Order(args) => commands::order::run(args, &console),
        Command::Schema(_) => commands::schema::run(&console),
        Command::Simulate(args) => commands::simulate::run(args, &console),
        Command::Asm(args) => commands::asm::run(args, &console),
        Command::Disasm(args) => commands::disasm::run(args, &console),
        Command::Completions(args) => commands::completions::run(args, &console),
        Command::Man(args) => commands::man::run(args, &console),
    };
    match outcome {
        Ok(Verdict::Clean) => ExitCode::SUCCESS,
        Ok(Verdict::Findings) => ExitCode::from(1),
        Ok(Verdict::Unreadable) => ExitCode::from(2),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(2)
        }
    }
}

/// What a command that did its work found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Clean,
    Findings,
    /// A file could not be read, which the findings say.
    Unreadable,
}

/// Why a command could not do its work: a sentence without a full stop, and what to do.
struct Failure {
    what: String,
    help: Option<String>,
}

impl Failure {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
