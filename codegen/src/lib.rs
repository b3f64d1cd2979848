//! Reads Linkwright specs and generates typed drivers, topology and reference pages from them.
#![forbid(unsafe_code)]

pub mod asm;
pub mod baseline;
mod build;
pub mod check;
#[cfg(feature = "diff")]
pub mod diff;
pub mod emit;
pub mod fix;
pub mod front;
pub mod generate;
#[cfg(feature = "graph")]
pub mod graph;
pub mod import;
pub mod load;
pub mod locate;
pub mod lower;
pub mod names;
mod order;
pub mod parallel;
pub mod project;
pub mod report;
pub mod scenario;
#[cfg(feature = "schema")]
pub mod schema;
pub mod source;
pub mod spec;
#[cfg(feature = "graph")]
pub mod svg;
pub mod write;
pub mod yaml;

pub use build::{Build, BuildError, Built};
