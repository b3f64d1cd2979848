use std::path::PathBuf;

use clap::Args;

/// Import a CMSIS-SVD file: registers of a chip's blocks, and where they are
///
/// Every distinct block becomes an ip spec (peripherals with the same registers share one), and the chip a soc spec with
/// its peripherals and their interrupts. What is wrong in the file and has one right answer is mended, with a comment in
/// the spec; what cannot be in a spec is reported with its line.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright import svd nrf52840.svd --out specs
      Writes specs/soc/nrf52840.yaml and specs/ip/nrf52840-*.yaml.
  linkwright import svd MIMXRT1062.xml --out specs --peripheral LPUART1 --peripheral DMA0
      Only these.
  linkwright generate specs/soc/nrf52840.yaml --out generated
      Then, the crates.")]
pub(crate) struct Svd {
    /// SVD file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Directory for the specs: they go into its folders `ip` and `soc`
    #[arg(long, short, default_value = "specs", value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Import only these peripherals, as the file names them; may be given several times
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) peripheral: Vec<String>,
}
