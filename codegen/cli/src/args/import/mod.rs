//! What can be imported.

mod devicetree;
mod svd;

use clap::{Args, Subcommand};
pub(crate) use devicetree::{Dtb, Dts, Trees};
pub(crate) use svd::Svd;

/// Turn descriptions in other formats into specs
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright import dtb board.dtb --out specs
  linkwright import dts board.dts --out specs
  linkwright import svd nrf52840.svd --out specs")]
pub(crate) struct Import {
    #[command(subcommand)]
    pub(crate) format: ImportFormat,
}

#[derive(Subcommand)]
pub(crate) enum ImportFormat {
    Dtb(Dtb),
    Dts(Dts),
    Svd(Svd),
}
