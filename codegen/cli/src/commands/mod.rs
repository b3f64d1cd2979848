//! One command a file.

pub(crate) mod asm;
pub(crate) mod disasm;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod lint;
mod microcode;
pub(crate) mod schema;
pub(crate) mod simulate;
mod specs;
