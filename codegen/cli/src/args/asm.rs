use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::IpChoice;

/// Assemble a DMA program
///
/// Mnemonics and encodings come from the spec of the controller. Labels stand before what a loop repeats (`body:`), and
/// a loop end takes the label or the number of bytes to jump back. `;`, `#` and `//` begin a comment, `.byte` gives
/// bytes as they are.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright asm copy.s
      Writes the bytes in hexadecimal.
  linkwright asm copy.s --output copy.bin
      Writes the bytes themselves.
  linkwright asm copy.s --emit listing
      Shows each instruction with its offset and bytes.

A program that copies 2 KiB on a 64-bit bus:
      DMAMOV SAR, 0x00200000
      DMAMOV DAR, 0x00400000
      DMAMOV CCR, 0x003dc0f7    ; 16 beats of 8 bytes on both sides
      DMALP LC0, 16
  body:
      DMALD
      DMAST
      DMALPEND LC0, body
      DMAWMB                    ; the data before the interrupt
      DMASEV E0
      DMAEND")]
pub(crate) struct Asm {
    /// Program text; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Where to write; default: standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// What to write; default: hex on standard output, binary into a file
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) emit: Option<Emit>,

    #[command(flatten)]
    pub(crate) ip: IpChoice,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// Bytes in hexadecimal, sixteen a line
    Hex,
    /// The bytes
    Binary,
    /// Instructions with offset and bytes
    Listing,
    /// A Rust array
    Rust,
}
