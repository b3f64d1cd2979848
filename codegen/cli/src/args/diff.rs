use std::path::PathBuf;

use clap::Args;

use super::{ReportFormat, SpecPath};

/// Tell what differs between two specs, in terms of what they say
///
/// Registers moved, fields changed, devices added, edges removed, devices that wait for others now: each once, and
/// whether it breaks what users of generated code wrote. Whitespace, comments, the order of entries and texts make no
/// difference.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright diff old/ip/pl330.yaml specs/ip/pl330.yaml
  linkwright diff old/soc/board.yaml specs/soc/board.yaml --format json | jq '.changes[] | select(.breaking)'
  git show HEAD:specs/soc/zynq7000.yaml > /tmp/zynq7000.yaml && linkwright diff /tmp/zynq7000.yaml specs/soc/zynq7000.yaml
      Against the last commit.

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
    pub(crate) format: ReportFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}
