use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Draw who needs whom on a chip or board
///
/// Power domains are boxes around what is in them, suppliers are left of who needs them. A pointer on a line or a row
/// tells what it is and where it is declared. Where devices need each other the links of the circle are red, and so is
/// the link that should give way; the exit code is 1 then.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright graph specs/soc/exynos5433.yaml --output exynos5433.svg
      Everything.
  linkwright graph board.yaml --focus i2s0 --suppliers --output i2s0.svg
      What this device needs, and what that needs.
  linkwright graph board.yaml --focus cmu --consumers --depth 1 --output cmu.svg
      Who needs this one directly.
  linkwright graph board.yaml --subsystem clk --subsystem reset --output clocks.svg
  linkwright graph board.yaml --lanes probe --output order.svg
      In columns: what can be probed at a time.
  linkwright graph board.yaml --collapse all --reduce always --format mermaid
      Each power domain as one device, and no edge that follows from others.
  linkwright graph board.yaml --format dot | dot -Tpng > board.png")]
pub(crate) struct Graph {
    /// Spec file of a chip or board
    #[arg(value_name = "SPEC")]
    pub(crate) spec: PathBuf,

    /// How to write it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,

    /// Write it to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Only this device, what it needs and what needs it, directly or through others
    #[arg(long, value_name = "DEVICE", help_heading = "What to show")]
    pub(crate) focus: Option<String>,

    /// At most so many edges from the device in focus
    #[arg(long, value_name = "N", requires = "focus", help_heading = "What to show")]
    pub(crate) depth: Option<usize>,

    /// Only what needs the device in focus
    #[arg(long, requires = "focus", conflicts_with = "suppliers", help_heading = "What to show")]
    pub(crate) consumers: bool,

    /// Only what the device in focus needs
    #[arg(long, requires = "focus", help_heading = "What to show")]
    pub(crate) suppliers: bool,

    /// Only edges of this subsystem (`parent` for what sits on what); may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "What to show")]
    pub(crate) subsystem: Vec<String>,

    /// Devices in the columns of an order
    #[arg(long, value_enum, value_name = "ORDER", help_heading = "What to show")]
    pub(crate) lanes: Option<LaneOrder>,

    /// One box for a power domain or for a device with all that sits on it; `all` for all power domains
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "What to show")]
    pub(crate) collapse: Vec<String>,

    /// Leave out edges that follow from others, and those that give way to one the other way
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", help_heading = "What to show")]
    pub(crate) reduce: ReduceWhen,

    /// Disabled devices, too
    #[arg(long, help_heading = "What to show")]
    pub(crate) disabled: bool,

    /// References that make no link, too
    #[arg(long, help_heading = "What to show")]
    pub(crate) ignored: bool,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture that needs no other program
    #[default]
    Svg,
    /// For Graphviz
    Dot,
    /// For Markdown of many forges
    Mermaid,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LaneOrder {
    /// What can be probed at a time
    Probe,
    /// What can go to sleep at a time
    Sleep,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReduceWhen {
    /// If more than 150 pairs of devices are connected
    #[default]
    Auto,
    Always,
    Never,
}
