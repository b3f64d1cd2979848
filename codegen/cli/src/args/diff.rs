use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Tell what differs between two specs, in terms of what they say
///
/// Registers moved, fields changed, devices added, edges removed, devices that wait for others now: each once, with its
/// place, and whether it breaks what users of generated code wrote. Whitespace, comments, the order of entries and texts make no
/// difference.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright diff old/ip/pl330.yaml specs/ip/pl330.yaml
  linkwright diff old/soc/board.yaml specs/soc/board.yaml --format json | jq '.changes[] | select(.breaking)'
  git show HEAD:specs/soc/zynq7000.yaml > /tmp/zynq7000.yaml && linkwright diff /tmp/zynq7000.yaml specs/soc/zynq7000.yaml
      Against the last commit.
  linkwright diff main/soc/board.yaml specs/soc/board.yaml --format github
      In a workflow: annotations beside the lines of a pull request.

Exit codes:
  0  no difference
  1  there are differences
  2  a spec has errors or cannot be read, or the two are of different kinds")]
pub(crate) struct Diff {
    /// Spec file: ip, soc or subsystem
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,

    /// Spec file of the same kind
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,

    /// How to tell it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: DiffFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Sentences with places
    #[default]
    Human,
    /// One JSON object
    Json,
    /// Annotations of GitHub Actions
    Github,
}
