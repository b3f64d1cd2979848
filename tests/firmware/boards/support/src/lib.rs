//! What firmware on a Cortex-A9 needs besides drivers: memory map and caches, interrupts, time, stacks.
//!
//! It knows the processor and no chip: a board says where things are, from the chip's generated crate.
#![no_std]

pub mod cache;
pub mod gic;
pub mod memory;
pub mod mmu;
pub mod report;
pub mod stack;
pub mod timer;
