//! What the typed API stands on: no types of endpoints, shapes or controllers here, so one copy of the code serves all.

use core::fmt;

#[cfg(feature = "full")]
use super::failure::Disassemble;
use super::memory::Arena;
#[cfg(feature = "full")]
use super::plan::Request;
use super::plan::{self, Attributes, PlanError, Program, Tail};
#[cfg(not(feature = "full"))]
use super::plan::{Block, Setup};
use super::slot::Slot;
use super::{Capabilities, Controller, FULL, FaultCauses, Position, Stuck, ThreadState};
use crate::microcode::Side;
use crate::power::{DeviceId, Grant, PowerCore};
use crate::sync::{Lock, exclusive};

/// How an engine drives its controller.
///
/// ```
/// use linkwright::dma::Config;
/// const CONFIG: Config = Config { threads: 0b1111_1110, ..Config::DEFAULT };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Threads that may be used (bit n: thread n).
    pub threads: u32,
    /// Events that may be used as interrupts (bit n: event n): those wired to the interrupt controller.
    pub events: u32,
    /// Most bytes of program memory of a prepared channel. It takes 256, which are enough for any block or rectangle,
    /// or as many as its program needs: lists take some 30 a block.
    pub program_bytes: u16,
    /// Attributes of reads from memory. A controller whose threads are non-secure needs the non-secure protection here.
    pub source: Attributes,
    /// Attributes of writes to memory.
    pub destination: Attributes,
    /// Attributes of accesses to devices' data registers.
    pub device: Attributes,
    /// Drop a device's stale requests at the start of a program; some controllers hang in that instruction.
    pub flush: bool,
    /// How the beats go that do not fill a device's burst.
    pub tail: Tail,
    /// Each program gets an equal share of the data FIFO, depth divided by threads, and no more. Otherwise programs are
    /// admitted as long as what they keep and what one of them needs for a moment fits the FIFO together.
    pub strict_fifo: bool,
    /// Stores that the controller may have taken and not finished: the depth of its write queue. The residue of a
    /// transfer that runs, or was stopped on its way, is told with so many bursts less than were issued.
    pub write_queue: u8,
    /// Separate reads and writes by barriers (an erratum of early PL330s).
    pub barriers: bool,
    /// Programs may subtract from an address (early PL330s have no instruction for it): rectangles whose rows overlap or
    /// go down need it.
    pub subtracts: bool,
    /// Most reads of the command interface's busy flag before a start or kill gives up.
    pub command_polls: u32,
    /// Most reads of a thread's state in atomic context before it counts as not stopping.
    pub stop_polls: u32,
    /// The same where waiting is legal.
    pub release_polls: u32,
    /// No interrupt is wired: waiting calls the interrupt body.
    pub polled: bool,
    /// Called again and again while waiting.
    pub relax: fn(),
}

impl Config {
    /// All threads and events, programs of up to 4 KiB, no quirks, interrupts delivered.
    pub const DEFAULT: Self = Self {
        threads: u32::MAX,
        events: u32::MAX,
        program_bytes: 4096,
        source: Attributes { cache: 0, protection: 0 },
        destination: Attributes { cache: 0, protection: 0 },
        device: Attributes { cache: 0, protection: 0 },
        flush: true,
        tail: Tail::Singles,
        strict_fifo: false,
        write_queue: 16,
        barriers: false,
        subtracts: true,
        command_polls: 1_000,
        stop_polls: 10_000,
        release_polls: 10_000_000,
        polled: false,
        relax: core::hint::spin_loop,
    };
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A [`Controller`] and its instruction set as one object. What is asked only of threads that wait for events is not
/// linked without the feature `full`.
pub(super) trait Hardware: Sync {
    fn capabilities(&self) -> Capabilities;
    fn start(&self, thread: u8, program: u32, non_secure: bool, polls: u32) -> Result<(), Stuck>;
    fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck>;
    fn kill_manager(&self, polls: u32) -> Result<(), Stuck>;
    fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck>;
    fn is_busy(&self) -> bool;
    fn state(&self, thread: u8) -> ThreadState;
    fn position(&self, thread: u8) -> Position;
    fn address(&self, thread: u8, side: Side) -> u32;
    fn faulting(&self) -> u32;
    fn fault(&self, thread: u8) -> FaultCauses;
    fn manager_fault(&self) -> Option<FaultCauses>;
    fn interrupts(&self) -> u32;
    fn clear_interrupts(&self, events: u32);
    fn enable_interrupts(&self, events: u32);
    #[cfg(feature = "full")]
    fn plan(&self, request: &Request<'_>, out: &mut [u8]) -> Result<Program, PlanError>;
    #[cfg(not(feature = "full"))]
    fn plan_block(&self, setup: &Setup, block: &Block, out: &mut [u8]) -> Result<Program, PlanError>;
    #[cfg(feature = "full")]
    fn disassembler(&self) -> Disassemble;
}

impl<C: Controller> Hardware for C {
    fn capabilities(&self) -> Capabilities {
        Controller::capabilities(self)
    }
    fn start(&self, thread: u8, program: u32, non_secure: bool, polls: u32) -> Result<(), Stuck> {
        Controller::start(self, thread, program, non_secure, polls)
    }
    fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck> {
        Controller::kill(self, thread, polls)
    }
    fn kill_manager(&self, polls: u32) -> Result<(), Stuck> {
        Controller::kill_manager(self, polls)
    }
    fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck> {
        if FULL { Controller::send_event(self, event, polls) } else { Err(Stuck) }
    }
    fn is_busy(&self) -> bool {
        Controller::is_busy(self)
    }
    fn state(&self, thread: u8) -> ThreadState {
        Controller::state(self, thread)
    }
    fn position(&self, thread: u8) -> Position {
        Controller::position(self, thread)
    }
    fn address(&self, thread: u8, side: Side) -> u32 {
        if FULL { Controller::address(self, thread, side) } else { 0 }
    }
    fn faulting(&self) -> u32 {
        Controller::faulting(self)
    }
    fn fault(&self, thread: u8) -> FaultCauses {
        Controller::fault(self, thread)
    }
    fn manager_fault(&self) -> Option<FaultCauses> {
        Controller::manager_fault(self)
    }
    fn interrupts(&self) -> u32 {
        Controller::interrupts(self)
    }
    fn clear_interrupts(&self, events: u32) {
        Controller::clear_interrupts(self, events);
    }
    fn enable_interrupts(&self, events: u32) {
        Controller::enable_interrupts(self, events);
    }
    #[cfg(feature = "full")]
    fn plan(&self, request: &Request<'_>, out: &mut [u8]) -> Result<Program, PlanError> {
        plan::transfer::<C::Isa>(request, out)
    }
    #[cfg(not(feature = "full"))]
    fn plan_block(&self, setup: &Setup, block: &Block, out: &mut [u8]) -> Result<Program, PlanError> {
        plan::plain_block::<C::Isa>(setup, block, out)
    }
    #[cfg(feature = "full")]
    fn disassembler(&self) -> Disassemble {
        <C::Isa as crate::microcode::Isa>::disassemble
    }
}

/// What an engine shares between its channels.
pub(super) struct Core {
    pub(super) device: DeviceId,
    pub(super) power: &'static dyn PowerCore,
    pub(super) memory: &'static Arena,
    pub(super) config: Config,
    pub(super) shared: Lock<Shared>,
}

pub(super) struct Shared {
    /// Events that raise interrupts, as last written to the controller.
    pub(super) enabled: u32,
    /// Events that belong to a channel.
    pub(super) taken: u32,
    /// Request lines that belong to a channel.
    pub(super) requests: u32,
    /// Read once per claim, so that preparing needs no power.
    pub(super) capabilities: Option<Capabilities>,
}

/// One controller with its channels, without its type.
pub(super) trait Engine: Sync {
    fn hardware(&self) -> &dyn Hardware;
    fn core(&self) -> &Core;
    fn slots(&'static self) -> &'static [Slot];
}

impl Core {
    pub(super) const fn new(
        device: DeviceId,
        power: &'static dyn PowerCore,
        memory: &'static Arena,
        config: Config,
    ) -> Self {
        let shared = Shared { enabled: 0, taken: 0, requests: 0, capabilities: None };
        Self { device, power, memory, config, shared: Lock::new(shared) }
    }

    /// The controller's power, if it has any. Atomic.
    pub(super) fn powered(&self) -> Option<Grant> {
        Grant::get_if_active(self.power, self.device)
    }

    /// Change which events raise interrupts. The controller must be powered. Atomic.
    pub(super) fn enable(&self, hardware: &dyn Hardware, change: impl FnOnce(u32) -> u32) {
        exclusive(|cs| {
            let enabled = self.shared.within(cs, |s| {
                s.enabled = change(s.enabled);
                s.enabled
            });
            hardware.enable_interrupts(enabled);
        });
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("device", &self.device).field("config", &self.config).finish_non_exhaustive()
    }
}
