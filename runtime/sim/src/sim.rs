use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linkwright::dma::plan::FifoNeed;
use linkwright::dma::{FaultCause, FaultCauses};
use linkwright::mmio::Bus;
use linkwright_pl330::instruction::Instruction;
use linkwright_pl330::regs::ThreadState;

use crate::axi::{AxiLog, Beat, Thread};
use crate::config::{Config, ConfigError};
use crate::core::Core;
use crate::counters::Counters;
use crate::memory::SimMemory;
use crate::registers;
use crate::requests::{Ack, Request, Requester};
use crate::thread::State;
use crate::violation::Violation;

/// What a register reads as when nothing answers.
const BUS_ERROR: u32 = 0xdead_beef;

/// A PL330 on a board.
///
/// As a [`Bus`] it is the secure register window; each access lets some ticks pass, so that polling makes progress. All
/// else happens in [`step`](Self::step) and its relatives. Nothing depends on anything but the calls made: the same
/// calls give the same ticks.
pub struct Pl330Sim {
    core: Mutex<Core>,
    memory: Arc<SimMemory>,
}

impl std::fmt::Debug for Pl330Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let core = self.lock();
        let busy = (0..core.channels.len() as u8).map(|c| (c, view(&core, c)));
        let busy: Vec<_> = busy.filter(|(_, v)| v.state != ThreadState::Stopped).collect();
        f.debug_struct("Pl330Sim").field("now", &core.now).field("busy", &busy).finish_non_exhaustive()
    }
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// What was waited for is there.
    Reached,
    /// Nothing will ever happen without software, a peripheral or an interrupt's handler.
    Idle,
    /// The time is up.
    Timeout,
}

/// What a channel is doing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ChannelView {
    /// As its status register says it.
    pub state: ThreadState,
    /// Program counter.
    pub pc: u32,
    /// Next source address.
    pub source: u32,
    /// Next destination address.
    pub destination: u32,
    /// Control word.
    pub control: u32,
    /// Loop counters.
    pub loops: [u8; 2],
    /// Why it faulted.
    pub faults: FaultCauses,
    /// It runs non-secure.
    pub non_secure: bool,
    /// Instructions it has executed since reset.
    pub instructions: u64,
    /// MFIFO lines its program has needed so far.
    pub fifo: FifoNeed,
    /// MFIFO lines it holds now.
    pub fifo_lines: u32,
}

/// An instruction executed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traced {
    /// When, in ticks.
    pub time: u64,
    /// By whom.
    pub thread: Thread,
    /// Where.
    pub pc: u32,
    /// What.
    pub instruction: Instruction,
}

impl Pl330Sim {
    /// A controller as after power-up.
    ///
    /// # Errors
    /// When no PL330 can be configured so.
    pub fn new(config: Config, memory: Arc<SimMemory>) -> Result<Self, ConfigError> {
        config.check()?;
        let core = Core::new(config, memory.violations().clone());
        Ok(Self { core: Mutex::new(core), memory })
    }

    /// The memory it works on.
    pub fn memory(&self) -> &Arc<SimMemory> {
        &self.memory
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run_core(&self, ticks: u64, stop: impl FnMut(&Core) -> bool) -> Outcome {
        let mut core = self.lock();
        run(&mut core, &self.memory, ticks, stop)
    }

    /// Let one tick pass; if nothing happens in it, go on to where something does. True: nothing ever will.
    pub fn step(&self) -> bool {
        let mut core = self.lock();
        let mut space = self.memory.lock();
        core.step(&mut space)
    }

    /// Let `ticks` pass, whatever happens.
    pub fn run(&self, ticks: u64) {
        let mut core = self.lock();
        let end = core.now + ticks;
        run(&mut core, &self.memory, ticks, |_| false);
        core.now = end.max(core.now);
    }

    /// Run until nothing more happens by itself.
    pub fn run_until_idle(&self, ticks: u64) -> Outcome {
        self.run_core(ticks, |_| false)
    }

    /// Run until an interrupt line is high.
    pub fn run_until_interrupt(&self, ticks: u64) -> Outcome {
        self.run_core(ticks, |core| core.lines() != 0 || core.abort_raised())
    }

    /// Run until a channel is as `reached` wants it.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn run_until(&self, channel: u8, ticks: u64, mut reached: impl FnMut(&ChannelView) -> bool) -> Outcome {
        self.run_core(ticks, |core| reached(&view(core, channel)))
    }

    /// Ticks since it was made.
    pub fn now(&self) -> u64 {
        self.lock().now
    }

    /// The event interrupt lines: bit n is line n.
    pub fn interrupts(&self) -> u32 {
        self.lock().lines()
    }

    /// The abort interrupt line.
    pub fn abort_line(&self) -> bool {
        self.lock().abort_raised()
    }

    /// All interrupt lines joined, as some chips do.
    pub fn interrupt(&self) -> bool {
        let core = self.lock();
        core.lines() != 0 || core.abort_raised()
    }

    /// What a channel is doing.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn channel(&self, channel: u8) -> ChannelView {
        view(&self.lock(), channel)
    }

    /// What it has done since [`reset_counters`](Self::reset_counters).
    pub fn counters(&self) -> Counters {
        self.lock().counters()
    }

    /// Count from 0.
    pub fn reset_counters(&self) {
        self.lock().reset_counters();
    }

    /// Record every beat from now on, or no longer.
    pub fn set_log(&self, log: AxiLog) {
        self.lock().port.log = log;
    }

    /// The beats recorded so far, in the order of their answers; forgets them.
    pub fn take_beats(&self) -> Vec<Beat> {
        std::mem::take(&mut self.lock().port.beats)
    }

    /// Record every instruction from now on.
    pub fn trace(&self) {
        self.lock().trace.get_or_insert_default();
    }

    /// The instructions recorded so far; forgets them.
    pub fn take_trace(&self) -> Vec<Traced> {
        self.lock().trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Make a request on a line.
    ///
    /// # Panics
    /// When there is no such line.
    pub fn request(&self, line: u8, request: Request) {
        assert!(self.lock().requests.push(line, request), "no request line {line}");
    }

    /// Put a peripheral at the end of a request line.
    ///
    /// # Panics
    /// When there is no such line.
    pub fn attach(&self, line: u8, requester: Arc<Mutex<dyn Requester>>) {
        assert!(self.lock().requests.attach(line, requester), "no request line {line}");
    }

    /// The acknowledgements given so far; forgets them.
    pub fn take_acks(&self) -> Vec<Ack> {
        std::mem::take(&mut self.lock().requests.acks)
    }

    /// Switch its power domain. Without power every register access is a violation, and everything it held is lost.
    pub fn set_power(&self, on: bool) {
        let mut core = self.lock();
        if core.powered && !on {
            for c in 0..core.channels.len() {
                if !matches!(core.channels[c].state, State::Stopped | State::Faulting) {
                    core.violations.report(Violation::PowerCut { channel: c as u8 });
                }
            }
            core.reset();
        }
        core.powered = on;
    }

    /// Switch its clock. Without it nothing moves, and a register access is a violation.
    pub fn set_clock(&self, on: bool) {
        self.lock().clocked = on;
    }

    /// Pulse its reset line.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// Register access through the non-secure window.
    pub fn non_secure_window(&self) -> NonSecureWindow<'_> {
        NonSecureWindow(self)
    }

    /// Make the bus never answer again, or answer again.
    pub fn hang_bus(&self, hung: bool) {
        self.lock().port.hung = hung;
    }

    /// Make the debug interface busy for ever, or no longer.
    pub fn kill_debug(&self, dead: bool) {
        self.lock().debug.dead = dead;
    }

    /// Lose the interrupts of these events between the event and the register.
    pub fn lose_interrupts(&self, events: u32) {
        self.lock().lost = events;
    }

    /// Keep the next `count` interrupts from the lines: the registers show them, and nobody is told. A line works again
    /// from the first one after those on; in a system it is the interrupt controller that missed an edge.
    pub fn swallow_interrupts(&self, count: u32) {
        self.lock().swallow = count;
    }

    /// Keep a thread's cached instructions when it is started, or drop them again as the controller does. It shows what
    /// a driver's programs owe to that.
    pub fn keep_instructions(&self, keep: bool) {
        self.lock().keep_instructions = keep;
    }

    /// Make a running channel fault for this cause, as far as the channel can have it.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn inject_fault(&self, channel: u8, cause: FaultCause) {
        let mut core = self.lock();
        assert!(usize::from(channel) < core.channels.len(), "no channel {channel}");
        core.fault(channel, cause);
    }

    /// Make the manager fault for this cause.
    pub fn inject_manager_fault(&self, cause: FaultCause) {
        self.lock().fault_manager(FaultCauses::NONE.with(cause));
    }

    fn access<T>(&self, offset: u32, dead: T, access: impl FnOnce(&mut Core) -> T) -> T {
        let mut core = self.lock();
        if !core.powered {
            core.violations.report(Violation::Unpowered { offset });
            return dead;
        }
        if !core.clocked {
            core.violations.report(Violation::Unclocked { offset });
            return dead;
        }
        let ticks = u64::from(core.config.timing.register_access);
        let end = core.now + ticks;
        run(&mut core, &self.memory, ticks, |_| false);
        core.now = end.max(core.now);
        access(&mut core)
    }

    fn store_through(&self, offset: u32, value: u32, non_secure: bool) {
        self.access(offset, (), |core| {
            core.counters.register_writes += 1;
            core.write_register(offset, value, non_secure);
        });
    }
}

impl Bus<u32> for Pl330Sim {
    fn load(&self, offset: u32) -> u32 {
        self.access(offset, BUS_ERROR, |core| {
            core.counters.register_reads += 1;
            core.read_register(offset)
        })
    }

    fn store(&self, offset: u32, value: u32) {
        self.store_through(offset, value, false);
    }
}

/// The register window that non-secure software sees: it cannot command secure threads.
#[derive(Debug)]
pub struct NonSecureWindow<'a>(&'a Pl330Sim);

impl Bus<u32> for NonSecureWindow<'_> {
    fn load(&self, offset: u32) -> u32 {
        self.0.load(offset)
    }

    fn store(&self, offset: u32, value: u32) {
        self.0.store_through(offset, value, true);
    }
}

fn run(core: &mut Core, memory: &SimMemory, ticks: u64, mut stop: impl FnMut(&Core) -> bool) -> Outcome {
    let deadline = core.now.saturating_add(ticks);
    let mut reached = false;
    let idle = core.run(&mut memory.lock(), deadline, |core| {
        reached = stop(core);
        reached
    });
    match (reached, idle) {
        (true, _) => Outcome::Reached,
        (false, true) => Outcome::Idle,
        (false, false) => Outcome::Timeout,
    }
}

fn view(core: &Core, channel: u8) -> ChannelView {
    let c = &core.channels[usize::from(channel)];
    ChannelView {
        state: registers::thread_state(c.state),
        pc: c.pc,
        source: c.source,
        destination: c.destination,
        control: c.control_word,
        loops: c.loops,
        faults: c.causes,
        non_secure: c.non_secure,
        instructions: c.instructions,
        fifo: core.fifo.need(channel),
        fifo_lines: core.fifo.lines_of(channel),
    }
}
