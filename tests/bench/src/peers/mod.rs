//! The other drivers' ways to make a transfer: which programs they write and which registers they touch, done again
//! from what their sources do, in our words and with our instruction set, so that the simulator can count.

mod alif;
mod altera;
mod assembler;
mod freebsd;
mod job;
mod linux;
mod machine;
mod run;
mod xilinx;
mod zephyr;

pub use job::{Job, Way};
pub(crate) use machine::{Eager, Place, Port, Register32, word};
pub use run::{Counted, count};

use machine::Machine;

/// A driver that can be counted.
#[derive(Clone, Copy)]
pub struct Peer {
    /// Its name in `data/drivers.tsv`.
    pub name: &'static str,
    /// The programs with which it does a job, one after the other; `None`: it cannot.
    plan: fn(&Job) -> Option<Vec<Vec<u8>>>,
    /// Start a program.
    issue: fn(&Machine, u32),
    /// What its interrupt body does, or what it does to see the end.
    complete: fn(&Machine),
    /// It raises an interrupt when it is done.
    interrupt: bool,
    /// It keeps programs and starts them again.
    keeps: bool,
    /// Bus that it takes for granted, in bytes.
    bus: Option<u32>,
    /// Descriptors that it has before it must allocate.
    pool: Option<u64>,
    /// What its device must ask for when one word at a time is asked for.
    single: linkwright_sim::Request,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Peer({})", self.name)
    }
}

/// All of them.
pub const PEERS: [Peer; 7] =
    [linux::LINUX, linux::LINUX_R0P0, zephyr::ZEPHYR, alif::ALIF, freebsd::FREEBSD, xilinx::XILINX, altera::ALTERA];
