use std::path::PathBuf;

use clap::Args;

/// Write manual pages, one a command
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright man --out ~/.local/share/man/man1
  man linkwright-lint")]
pub(crate) struct Man {
    /// Directory for the pages; it is made if need be
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
