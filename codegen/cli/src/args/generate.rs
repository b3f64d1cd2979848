use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SpecPath;

/// Generate crates and reference pages from specs
///
/// Every ip and soc becomes a directory of its name under --out: a Rust crate, and a reference in Markdown. Blocks that
/// a soc uses are generated with it. The same specs always give the same bytes. Nothing is written unless all specs are
/// right, and a file appears under its name only when it is complete.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright generate specs/soc/zynq7000.yaml --out generated
      A crate for the chip and one for each block that has registers.
  linkwright generate specs/soc/*.yaml --out generated --check
      Is what is committed what the specs say? Writes nothing; exit code 1 and a list if not.
  linkwright generate specs/ip/pl330.yaml --out /tmp/doc --target markdown --templates my-templates
      Only the reference pages, with templates of your own in place of those of the same name.
  linkwright generate board.yaml --out ../firmware/gen --runtime ../linkwright/runtime
      Crates that depend on the runtime at this path.")]
pub(crate) struct Generate {
    /// Spec files
    #[arg(required = true, value_name = "SPEC")]
    pub(crate) specs: Vec<PathBuf>,

    /// Directory for the generated crates
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Write nothing; say which files are not as they would be generated
    #[arg(long)]
    pub(crate) check: bool,

    /// What to generate; default: everything
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TARGET")]
    pub(crate) target: Vec<Target>,

    /// Directory with templates that replace the built-in ones of the same name
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,

    /// Where the generated crates find the runtime (crate `linkwright`)
    ///
    /// Default: a directory `runtime` with that crate beside or above --out, else the published crate.
    #[arg(long, value_name = "DIR")]
    pub(crate) runtime: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Rust crates
    Rust,
    /// Reference pages
    Markdown,
}
