//! The drivers on an Exynos4210, as its first processor runs them: UARTs ask for DMA, and who is at the other end of the
//! serial ports sends. Reports over UART 1 in the Test Anything Protocol; lines `#> PORT BYTES` ask the other end of a
//! port to send.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod cases;
mod console;
mod interrupts;
mod model;
mod start;
