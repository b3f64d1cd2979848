//! Rings on the simulated board: real request lines, a cache that is not coherent, a device that takes its time.

#![allow(unsafe_code, reason = "states the wiring of the simulated board")]

mod endings;
mod gated;
mod plain;
mod rig;
