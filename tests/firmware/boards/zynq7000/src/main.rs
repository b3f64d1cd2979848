//! The drivers on a Zynq-7000, as its processor runs them: with the interrupt controller's interrupts, the processor's
//! caches and the device model. Reports over UART 1 in the Test Anything Protocol.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod cases;
mod console;
mod model;
mod slcr;
mod start;
mod time;
