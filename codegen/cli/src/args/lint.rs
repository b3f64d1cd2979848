use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Check specs
///
/// Reads the specs and all they refer to, and reports everything that is wrong with them at once: where, why, and what
/// to do. `linkwright explain` tells more about each rule.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright lint specs/soc/zynq7000.yaml
  linkwright lint specs/*/*.yaml --format github
      Annotations in a pull request.
  linkwright lint board.yaml --format json | jq -r '.findings[].rule'")]
pub(crate) struct Lint {
    /// Spec files
    #[arg(required = true, value_name = "SPEC")]
    pub(crate) specs: Vec<PathBuf>,

    /// Let warnings make the exit code 1, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to write the findings: for people on stderr, for programs on stdout
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

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
