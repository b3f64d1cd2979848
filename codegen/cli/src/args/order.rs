use std::path::PathBuf;

use clap::Args;

use super::{ReportFormat, SpecPath};

/// Tell in which order devices are probed or go to sleep, and why
///
/// For each device whom it has to wait for. Where devices need each other: who, by which references, and which of them
/// should give way; the exit code is 1 then.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright order specs/soc/exynos5433.yaml
      The order of probing.
  linkwright order specs/soc/exynos5433.yaml --sleep
      The order of going to sleep; waking up is the reverse.
  linkwright order board.yaml --format json | jq '.probe[].device'")]
pub(crate) struct Order {
    /// Spec file of a chip or board
    #[arg(value_name = "SPEC")]
    pub(crate) spec: PathBuf,

    /// The order of going to sleep
    #[arg(long)]
    pub(crate) sleep: bool,

    /// How to tell it; JSON has both orders
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}
