use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Play what happens to a chip, and show what is on, how long and why
///
/// Builds the device model of the chip (links, runtime PM, power domains, system sleep) without compiling anything, lets
/// its drivers do what the scenario says, on virtual time, and tells for each variant of the scenario how long devices
/// and power domains were on. Exit code 1: a register was used without power, or a DMA period was lost.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright simulate specs/soc/exynos5433.yaml --scenario docs/scenarios/exynos5433-audio.yaml
      The audio block of a phone, as Linux runs it and as links and power guards do.
  linkwright simulate board.yaml --scenario day.yaml --svg day.svg
      The same as a picture.
  linkwright simulate board.yaml --scenario day.yaml --format json | jq '.variants[].domains[].on'")]
pub(crate) struct Simulate {
    /// Spec file of a chip or board
    #[arg(value_name = "SPEC")]
    pub(crate) spec: PathBuf,

    /// What happens; docs/simulate.md says how to write it
    #[arg(long, short, value_name = "FILE")]
    pub(crate) scenario: PathBuf,

    /// Draw it
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// How to tell the numbers
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Tables
    #[default]
    Human,
    /// One JSON object; times in nanoseconds, energies in nanojoules
    Json,
}
