//! Replays recordings of a real Linux kernel on `linkwright::device` and compares, step by step.
//!
//! `data/README.md` tells the format. [`scenario`] reads, [`world`] and [`execute`] carry out operations on the model
//! and record what happens in the kernel's vocabulary, [`compare`] judges, [`verdict`] decides which listed rule
//! explains a difference. [`order`] counts the probe calls that the generated order saves.

#![forbid(unsafe_code)]

pub mod board;
pub mod compare;
pub mod execute;
pub mod folder;
pub mod invariants;
#[cfg(feature = "order")]
pub mod order;
pub mod random;
pub mod scenario;
pub mod script;
pub mod snapshot;
pub mod trace;
pub mod verdict;
pub mod world;
