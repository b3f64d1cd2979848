use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Check specs
///
/// Reads the specs and all they refer to, and reports everything that is wrong with them at once: where, why, and what
/// to do. `linkwright explain` tells more about each rule; docs/cli.md tells how a project sets levels of rules.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright lint specs/soc/zynq7000.yaml
  linkwright lint specs
      All specs below a directory; also `linkwright lint 'specs/**/*.yaml'`.
  linkwright lint specs --fix --dry-run
      What would be corrected?
  linkwright lint specs --baseline known.json --write-baseline
      From now on `--baseline known.json` reports only what is new.
  linkwright lint specs --format github
      Annotations in a pull request.
  linkwright lint board.yaml --format json | jq -r '.findings[].rule'

A comment in a spec answers a finding of the entry that it stands on:
      STATUS: { offset: 0, reset: 2 }   # linkwright: allow(LW0110) bit 1 is documented nowhere")]
pub(crate) struct Lint {
    /// Spec files, directories, or patterns such as `specs/**/*.yaml`; default: `specs` of linkwright.toml
    #[arg(value_name = "SPEC")]
    pub(crate) specs: Vec<PathBuf>,

    /// Let warnings make the exit code 1, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to write the findings: for people on stderr, for programs on stdout [default: human]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

    /// Correct in the files what has one right answer, and report the rest
    #[arg(long, help_heading = "Corrections")]
    pub(crate) fix: bool,

    /// With --fix: write nothing, show what would change on stdout; exit code 1 if anything would
    #[arg(long, requires = "fix", help_heading = "Corrections")]
    pub(crate) dry_run: bool,

    /// Do not report a rule, by id or name; may be given several times
    #[arg(long, value_name = "RULE", help_heading = "Levels")]
    pub(crate) allow: Vec<String>,

    /// Report a rule as a warning
    #[arg(long, value_name = "RULE", help_heading = "Levels")]
    pub(crate) warn: Vec<String>,

    /// Report a rule as an error
    #[arg(long, value_name = "RULE", help_heading = "Levels")]
    pub(crate) deny: Vec<String>,

    /// Report only what this file does not know
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write what is found now into the baseline, and end with exit code 0
    #[arg(long, conflicts_with = "fix", help_heading = "Known findings")]
    pub(crate) write_baseline: bool,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text with the places in the files
    #[default]
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}
