//! The driver's own machine code: how many instructions its atomic calls take, and what they can reach.
//!
//! Both need the driver compiled as firmware compiles it: small, without unwinding. So cargo builds the package
//! `bench-firmware` beside the tests' own build, and binutils and valgrind look at the result.

mod build;
mod instructions;
mod reach;

pub use instructions::{Instructions, instructions};
pub use reach::{ENTRIES, Firmware};
