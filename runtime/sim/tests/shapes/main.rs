//! Every shape in every direction on the simulated board: request lines, a cache that is not coherent, a data FIFO that
//! can lock up.

#![allow(unsafe_code, reason = "states the wiring of the simulated board")]

mod endings;
mod icache;
mod memory;
mod pausing;
mod ports;
mod quirks;
mod race;
mod rectangles;
mod rig;
mod security;
