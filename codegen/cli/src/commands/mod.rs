//! One command a file.

pub(crate) mod asm;
mod chip;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod disasm;
pub(crate) mod explain;
mod files;
pub(crate) mod generate;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod lint;
pub(crate) mod man;
mod microcode;
pub(crate) mod order;
mod rules;
pub(crate) mod schema;
pub(crate) mod simulate;
mod specs;
