//! One command a file.

pub(crate) mod asm;
pub(crate) mod completions;
pub(crate) mod disasm;
pub(crate) mod explain;
mod files;
pub(crate) mod generate;
pub(crate) mod import;
pub(crate) mod lint;
pub(crate) mod man;
mod microcode;
mod rules;
pub(crate) mod schema;
pub(crate) mod simulate;
mod specs;
