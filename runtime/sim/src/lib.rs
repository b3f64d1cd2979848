//! A host board for Linkwright drivers: a PL330, memory behind a cache that is not coherent, request lines, clocks and
//! power.
//!
//! The model is stricter than silicon and than QEMU: what software must not do is a [`Violation`] and fails the test,
//! what has no order happens in the worst one, and everything is counted. Instructions are decoded by the generated
//! decoder and registers are found through the generated map, so a mistake in the description shows here.
//!
//! ```
//! use std::sync::Arc;
//! use linkwright::mmio::{Io, Value};
//! use linkwright_pl330::regs;
//! use linkwright_sim::{Config, Outcome, Pl330Sim, SimMemory};
//!
//! let memory = Arc::new(SimMemory::new().with_ram(0x1000, 0x1000));
//! let dmac = Pl330Sim::new(Config::zynq7000(), memory).unwrap();
//! assert_eq!(dmac.read(regs::CR0).word(), 0x001e_3071);
//! assert_eq!(dmac.run_until_idle(1000), Outcome::Idle);
//! ```
#![forbid(unsafe_code)]

mod axi;
mod board;
mod cache;
mod config;
mod core;
mod counters;
mod debug;
mod execute;
mod faults;
mod fetch;
mod fifo;
mod icache;
mod memory;
mod peripheral;
mod registers;
mod requests;
mod sim;
mod supply;
mod thread;
mod violation;

pub use axi::{AxiLog, Beat, BeatKind, Thread, Traffic};
pub use board::Board;
pub use cache::Cache;
pub use config::{Config, ConfigError, Timing};
pub use counters::Counters;
pub use memory::{BusDevice, BusError, Failing, SimMemory};
pub use peripheral::{FifoConfig, FifoPeripheral, Flow, Mishaps};
pub use requests::{Ack, AckKind, Request, Requester};
pub use sim::{ChannelView, NonSecureWindow, Outcome, Pl330Sim, Traced};
pub use supply::Supply;
pub use violation::{Violation, Violations};
