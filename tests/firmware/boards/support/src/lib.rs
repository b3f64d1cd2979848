//! What firmware on a Cortex-A9 needs besides drivers: memory map and caches, interrupts, time, stacks.
//!
//! It knows the processor and no chip: a board says where things are, from the chip's generated crate.
//!
//! The executor of the boards is `embassy-executor`, because it is maintained, needs no allocator and sleeps by WFE on this
//! very architecture. The interrupt controller is driven through the registers of its spec and not by the crate
//! `arm-gic`, which has GICv2 too but types its registers by hand beside the ones that are generated here and would be a
//! second way to a device that the firmware shall show driven from its spec.
#![no_std]

pub mod cache;
pub mod gic;
pub mod memory;
pub mod mmu;
pub mod report;
pub mod stack;
pub mod timer;
