use std::path::PathBuf;

use clap::Args;

use crate::args::SpecPath;

/// Import compiled device trees: devices of a board, and who needs whom
///
/// Every tree becomes a soc spec. A block that a spec describes already (same `compatible`, same references) is an
/// instance of that; for each other one an ip spec is made that says what the trees show. What is not understood is a
/// comment in the spec. Trees that are imported together share the ips that are made for them.
///
/// Devices that need each other in a circle could not be probed: the fewest and weakest references give way
/// (`post_init: true`), each with a comment.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright import dtb exynos4412-odroidu3.dtb --out specs
      Writes specs/soc/exynos4412-odroidu3.yaml and specs/ip/*.yaml.
  linkwright import dtb boards/*.dtb --out specs
      Several boards and one set of ips.
  linkwright import dtb /sys/firmware/fdt --name mine | less
      The machine this runs on; without --out the specs are printed.
  linkwright lint specs/soc/exynos4412-odroidu3.yaml
      Then: what is odd about it?")]
pub(crate) struct Dtb {
    /// Flattened device trees
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) trees: Trees,
}

/// Import source of device trees, by way of the compiler `dtc`
///
/// As `import dtb`; devices get the names that the source has as labels. Source with `#include` is for the C
/// preprocessor first.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright import dts board.dts --out specs
  cpp -nostdinc -undef -x assembler-with-cpp -I include zynq-zed.dts > zed.dts && linkwright import dts zed.dts --out specs
      Source as the kernel has it.")]
pub(crate) struct Dts {
    /// Source files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) trees: Trees,
}

/// What is the same for compiled trees and source.
#[derive(Args)]
pub(crate) struct Trees {
    /// Directory for the specs: they go into its folders `soc` and `ip`; default: print them
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Name of the soc, in place of the file's; for one file
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Leave circles of devices that need each other as they are
    ///
    /// `lint` then reports each of them with the cheapest cut, and nothing can be generated before they are cut.
    #[arg(long)]
    pub(crate) keep_cycles: bool,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}
