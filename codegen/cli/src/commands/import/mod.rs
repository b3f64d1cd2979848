//! Descriptions in other formats.

mod devicetree;
mod svd;

use crate::args::{Import, ImportFormat};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Import, console: &Console) -> Result<Verdict, Failure> {
    match &args.format {
        ImportFormat::Dtb(args) => devicetree::compiled(args, console),
        ImportFormat::Svd(args) => svd::run(args, console),
        ImportFormat::Dts(args) => devicetree::source(args, console),
    }
}
