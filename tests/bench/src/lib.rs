//! What this driver costs beside the other public PL330 drivers.
//!
//! Ours is measured: the runtime's engine drives the generated controller over the simulator, and the simulator counts.
//! Of the others the algorithms were written again ([`peers`]), so that the same simulator runs their programs and sees
//! their register accesses; where only their sources were read, `data/` has the numbers.
#![forbid(unsafe_code)]

pub mod cases;
pub mod code;
pub mod columns;
pub mod exceptions;
pub mod others;
pub mod ours;
pub mod peers;
mod report;
pub mod soak;
mod table;

pub use report::report;

/// The page's examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/dma.md")]
mod dma_page {}
