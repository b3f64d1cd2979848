use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::IpChoice;

/// Disassemble a DMA program
///
/// Shows instructions with labels for what loops repeat, the offset and bytes of each, and what a control word sets.
/// Bytes that are no instruction show as `.byte` with the reason. `linkwright asm` reads the output back to the same
/// bytes.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright disasm --hex 'bc 01 f7 c0 3d 00 20 0f 04 08 38 02 00'
  linkwright disasm program.bin
  linkwright disasm dump.txt --ip my-dma.yaml
      Hexadecimal text is recognised; the controller is described in a file.
  linkwright asm copy.s | linkwright disasm")]
pub(crate) struct Disasm {
    /// Program, as bytes or hexadecimal text; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE", conflicts_with = "hex")]
    pub(crate) file: PathBuf,

    /// The program itself in hexadecimal
    #[arg(long, value_name = "BYTES", num_args = 1.., allow_hyphen_values = false)]
    pub(crate) hex: Vec<String>,

    /// How to read the file
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) ip: IpChoice,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Input {
    /// Hexadecimal if it looks like it
    #[default]
    Auto,
    /// Hexadecimal text
    Hex,
    /// Bytes
    Binary,
}
