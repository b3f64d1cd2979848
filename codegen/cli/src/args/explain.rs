use std::path::PathBuf;

use clap::Args;

use super::{ReportFormat, SpecPath};

/// Explain a rule, or why one device comes after another
///
/// A rule: what it finds, why that is bad, what to write instead. Two devices of a chip: the links between them with the
/// lines where they are declared and what they do, or the chain of others that connects them, both ways.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright explain
      All rules.
  linkwright explain LW0102
  linkwright explain overlapping-registers
      By id or by name.
  linkwright explain i2s0 adma --spec specs/soc/exynos5433.yaml
  linkwright explain 'i2s0 -> adma' --spec specs/soc/exynos5433.yaml
      Why does i2s0 come after adma?")]
pub(crate) struct Explain {
    /// Id or name of a rule, or two devices; without it, a list of all rules
    #[arg(value_name = "RULE | DEVICE DEVICE", num_args = 0..=3)]
    pub(crate) what: Vec<String>,

    /// Spec file of the chip or board that the devices are of
    #[arg(long, short, value_name = "SPEC")]
    pub(crate) spec: Option<PathBuf>,

    /// How to explain two devices
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}
