//! What a Linkwright driver links against: register access, typed split-prepare DMA, device links and power.
//!
//! `no_std`, no allocator. Generated crates describe chips; this crate knows none: no register offset, opcode,
//! flag table or property name of any hardware block is written here.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![warn(missing_docs)]

pub mod consumer;
pub mod context;
pub mod device;
pub mod dma;
pub mod microcode;
pub mod mmio;
pub mod power;
pub mod sync;
pub mod topology;
