//! The driver on a DMA controller that nobody here wrote: QEMU's PL330, reached through QEMU's qtest socket.
//!
//! The processors of the machine never run. Register accesses and memory go over the socket, interrupt lines are
//! watched where they enter the interrupt controller, so the wiring of the chip is tested too.
#![forbid(unsafe_code)]

mod base64;
mod board;
mod exynos;
mod machine;
mod memory;
pub mod programs;
mod random;
mod text;

pub use board::{BUFFERS, Board, CopyChannel, CopyPrepared, PROGRAMS, Pair, ZYNQ, zynq};
pub use exynos::{Exynos, Uart};
pub use machine::{Machine, StartError};
pub use memory::{Memory, QtestBus};
pub use random::Random;
pub use text::find;
