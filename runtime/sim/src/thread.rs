use linkwright::dma::FaultCauses;

use crate::fifo::{Lanes, LoadStall};
use crate::requests::Wait;

/// What a channel thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Stopped,
    Executing,
    /// Waiting for instructions until this tick.
    Fetching(u64),
    WaitingForEvent(u8),
    ReadBarrier,
    WriteBarrier,
    WaitingForPeripheral(u8, Wait),
    Killing,
    Completing,
    FaultingCompleting,
    Faulting,
}

/// Why an executing thread does not get on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stall {
    /// For want of MFIFO lines or of the load lock.
    Load(LoadStall),
    /// Until a bus queue or an earlier access of its own moves on.
    Bus,
}

/// How one side of a transfer accesses the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SideControl {
    pub(crate) increment: bool,
    /// Bytes of a beat.
    pub(crate) beat: u32,
    pub(crate) beats: u32,
    pub(crate) protection: u8,
    pub(crate) cache: u8,
}

/// The channel control word, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ControlWord {
    pub(crate) source: SideControl,
    pub(crate) destination: SideControl,
    /// Unit of the endian swap in bytes; 1 for none.
    pub(crate) swap: u32,
}

/// A channel thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel {
    pub(crate) state: State,
    pub(crate) stall: Option<Stall>,
    pub(crate) pc: u32,
    pub(crate) source: u32,
    pub(crate) destination: u32,
    /// As it was written.
    pub(crate) control_word: u32,
    pub(crate) control: ControlWord,
    pub(crate) loops: [u8; 2],
    /// The last request waited for was a burst; `None` before any wait of this program.
    pub(crate) burst_request: Option<bool>,
    pub(crate) request_last: bool,
    /// The event that the instruction before signalled.
    pub(crate) signalled: Option<u8>,
    /// Event or peripheral of the last wait.
    pub(crate) wakeup: u8,
    /// Kind of the last wait for a peripheral.
    pub(crate) wait: Wait,
    pub(crate) non_secure: bool,
    pub(crate) causes: FaultCauses,
    pub(crate) instructions: u64,
}

impl Channel {
    pub(crate) fn lanes(&self) -> Lanes {
        let to = self.control.destination;
        Lanes { address: self.destination, increment: to.increment, beat: to.beat }
    }

    /// It does nothing until something is done to it.
    pub(crate) fn asleep(&self) -> bool {
        matches!(self.state, State::Stopped | State::Faulting | State::WaitingForEvent(_))
    }

    pub(crate) fn faulting(&self) -> bool {
        matches!(self.state, State::FaultingCompleting | State::Faulting)
    }
}

/// The manager thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manager {
    /// Only those states that a manager has.
    pub(crate) state: State,
    pub(crate) pc: u32,
    pub(crate) wakeup: u8,
    pub(crate) non_secure: bool,
    pub(crate) causes: FaultCauses,
}
