//! What can be said on the command line: here what all commands share, and one command a file.

mod asm;
mod completions;
mod diff;
mod disasm;
mod explain;
mod generate;
mod graph;
mod import;
mod lint;
mod man;
mod order;
mod schema;
mod simulate;

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::asm::{Asm, Emit};
pub(crate) use self::completions::Completions;
pub(crate) use self::diff::{Diff, DiffFormat};
pub(crate) use self::disasm::{Disasm, Input};
pub(crate) use self::explain::Explain;
pub(crate) use self::generate::{Generate, Target};
pub(crate) use self::graph::{Graph, GraphFormat, LaneOrder, ReduceWhen};
pub(crate) use self::import::{Dtb, Dts, Import, ImportFormat, Svd, Trees};
pub(crate) use self::lint::{Format, Lint};
pub(crate) use self::man::Man;
pub(crate) use self::order::Order;
pub(crate) use self::schema::Schema;
pub(crate) use self::simulate::{ReportFormat, Simulate};

/// The program's version, and that of the spec format it reads.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (spec format 1)");

#[derive(Parser)]
#[command(
    name = "linkwright",
    version = VERSION,
    about = "Typed drivers, device topology and DMA microcode from descriptions of hardware",
    long_about = "Typed drivers, device topology and DMA microcode from descriptions of hardware.\n\n\
        A spec is a YAML file that describes a kind of resource (subsystem), a hardware block (ip) or a chip or board \
        (soc). linkwright checks specs and generates Rust crates and reference pages from them.",
    after_help = "Examples:
  linkwright lint specs/soc/zynq7000.yaml
      Is this spec right, and all that it refers to?
  linkwright generate specs/soc/zynq7000.yaml --out generated
      Make the crates for it.
  linkwright explain LW0102
      What does this finding mean?
  linkwright disasm --hex '04 08 38 02 13 34 00 00'
      What does this DMA program do?

Exit codes:
  0  nothing wrong, or warnings only
  1  findings, differences (diff, generate --check), or circles (graph, order)
  2  wrong usage, or a file that cannot be read or written",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Output")]
    pub(crate) color: Color,

    /// Say nothing but findings and errors
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Say also which files count, and what was left out
    #[arg(long, short, global = true, help_heading = "Output", conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Even into a file
    Always,
    /// Plain text
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Generate(Generate),
    Lint(Lint),
    Import(Import),
    Explain(Explain),
    Graph(Graph),
    Order(Order),
    Diff(Diff),
    Schema(Schema),
    Simulate(Simulate),
    Asm(Asm),
    Disasm(Disasm),
    Completions(Completions),
    Man(Man),
}

/// Where specs that others refer to are looked for.
#[derive(Args)]
pub(crate) struct SpecPath {
    /// Look for referred-to specs here first; may be given several times
    ///
    /// Names in a spec (the ip of a device, the subsystem of a reference) are looked up in these directories, then in
    /// `specs/` beside or above the file, then among the specs that linkwright brings along.
    #[arg(long, value_name = "DIR", value_parser = PathBufValueParser::new().try_map(directory))]
    pub(crate) spec_path: Vec<PathBuf>,

    /// The project's file; default: the nearest `linkwright.toml` above the first spec, else above here
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// A directory that is there: in a misspelt one nothing would be found, and something else be taken.
fn directory(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path.is_dir() { Ok(path) } else { Err("there is no such directory") }
}

/// Whose instructions.
#[derive(Args)]
pub(crate) struct IpChoice {
    /// Name of the controller's spec, or a spec file
    #[arg(long, default_value = "pl330", value_name = "IP")]
    pub(crate) ip: String,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}
