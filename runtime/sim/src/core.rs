use std::sync::Arc;

use linkwright::dma::{FaultCause, FaultCauses};
use linkwright_pl330::instruction::Instruction;

use crate::axi::{MAX_BURST, Port, Retired, Thread, Traffic};
use crate::config::Config;
use crate::counters::Counters;
use crate::debug::DebugPort;
use crate::fetch::Fetched;
use crate::fifo::Mfifo;
use crate::icache::Icache;
use crate::memory::Space;
use crate::registers;
use crate::requests::{AckKind, Requests, Wait};
use crate::sim::Traced;
use crate::thread::{Channel, Manager, Stall, State};
use crate::violation::{Violation, Violations};

/// Threads: the channels, then the manager.
const THREADS: usize = 9;
pub(crate) const MANAGER: usize = 8;

/// An instruction and its length.
pub(crate) type Decoded = (Instruction, u8);

/// How an instruction ended.
pub(crate) enum Step {
    /// Go on at this address.
    To(u32),
    /// The state says where to go on and when; the program counter stays.
    Parked,
    /// Try again when something has changed.
    Stalled(Stall),
    /// The thread has faulted.
    Fault(FaultCause),
}

/// The state of a controller, but for the registers' faces.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) now: u64,
    pub(crate) channels: Vec<Channel>,
    pub(crate) manager: Manager,
    pub(crate) port: Port,
    pub(crate) fifo: Mfifo,
    pub(crate) icache: Icache,
    pub(crate) decoded: Vec<[Option<(u32, u64, Decoded)>; 64]>,
    /// An instruction whose bytes have just come, so that a small cache cannot keep a thread from executing it.
    pub(crate) latch: [Option<(u32, Decoded)>; THREADS],
    pub(crate) requests: Requests,
    pub(crate) debug: DebugPort,
    pub(crate) violations: Arc<Violations>,
    /// Bit n: event n is an interrupt.
    pub(crate) interrupt_enable: u32,
    pub(crate) pending_events: u32,
    pub(crate) raised: u32,
    /// Interrupts that get lost between the event and the line.
    pub(crate) lost: u32,
    /// How many interrupts to come the line will not show.
    pub(crate) swallow: u32,
    /// Raised, but the line does not show it.
    pub(crate) swallowed: u32,
    /// Injected: a start drops no cached instructions.
    pub(crate) keep_instructions: bool,
    pub(crate) watchdog_interrupt_only: bool,
    pub(crate) watchdog_alarm: bool,
    pub(crate) starved_since: Option<u64>,
    pub(crate) powered: bool,
    pub(crate) clocked: bool,
    pub(crate) counters: Counters,
    counted_since: u64,
    pub(crate) trace: Option<Vec<Traced>>,
    turn: usize,
}

impl Core {
    pub(crate) fn new(config: Config, violations: Arc<Violations>) -> Self {
        let mut core = Self {
            now: 0,
            channels: Vec::new(),
            manager: Manager { state: State::Stopped, pc: 0, wakeup: 0, non_secure: false, causes: FaultCauses::NONE },
            port: Port::new(&config),
            fifo: Mfifo::new(config.fifo_lines, config.bus_bytes),
            icache: Icache::new(config.icache_line, config.icache_lines),
            decoded: vec![[None; 64]; THREADS],
            latch: [None; THREADS],
            requests: Requests::new(config.requests),
            debug: DebugPort::default(),
            violations,
            interrupt_enable: 0,
            pending_events: 0,
            raised: 0,
            lost: 0,
            swallow: 0,
            swallowed: 0,
            keep_instructions: false,
            watchdog_interrupt_only: false,
            watchdog_alarm: false,
            starved_since: None,
            powered: true,
            clocked: true,
            counters: Counters::default(),
            counted_since: 0,
            trace: None,
            turn: 0,
            config,
        };
        core.reset();
        core
    }

    /// As after power-up. Counters and logs stay.
    pub(crate) fn reset(&mut self) {
        let config = &self.config;
        let control = registers::control(0);
        self.channels = vec![
            Channel {
                state: State::Stopped,
                stall: None,
                pc: 0,
                source: 0,
                destination: 0,
                control_word: 0,
                control,
                loops: [0; 2],
                burst_request: None,
                request_last: false,
                signalled: None,
                wakeup: 0,
                wait: Wait::Single,
                non_secure: false,
                causes: FaultCauses::NONE,
                instructions: 0,
            };
            config.channels.into()
        ];
        self.manager = Manager {
            state: if config.boot.is_some() { State::Executing } else { State::Stopped },
            pc: config.boot.unwrap_or(0),
            wakeup: 0,
            non_secure: config.manager_non_secure,
            causes: FaultCauses::NONE,
        };
        self.port.reset();
        self.fifo = Mfifo::new(config.fifo_lines, config.bus_bytes);
        self.icache = Icache::new(config.icache_line, config.icache_lines);
        self.decoded.fill([None; 64]);
        self.latch = [None; THREADS];
        self.debug.reset();
        self.interrupt_enable = 0;
        self.pending_events = 0;
        self.raised = 0;
        self.swallowed = 0;
        self.watchdog_interrupt_only = false;
        self.watchdog_alarm = false;
        self.starved_since = None;
    }

    /// Run until `stop` says so, until `deadline`, or until nothing will ever happen by itself (returns true).
    pub(crate) fn run(&mut self, space: &mut Space, deadline: u64, mut stop: impl FnMut(&Core) -> bool) -> bool {
        if !self.powered || !self.clocked {
            return true;
        }
        while !stop(self) && self.now < deadline {
            if self.tick(space) {
                self.now += 1;
                continue;
            }
            match self.next_event() {
                Some(at) => self.now = at.max(self.now + 1).min(deadline),
                None => return true,
            }
        }
        false
    }

    /// One tick, or the time until something happens. True: nothing ever will.
    pub(crate) fn step(&mut self, space: &mut Space) -> bool {
        let begin = self.now;
        self.run(space, u64::MAX, |core| core.now > begin)
    }

    pub(crate) fn counters(&self) -> Counters {
        let mut counters = self.counters;
        counters.reads = self.port.reads_done;
        counters.writes = self.port.writes_done;
        counters.fetches = self.port.fetches_done;
        counters.most_fifo_lines = self.fifo.most_used;
        counters.ticks = self.now - self.counted_since;
        counters
    }

    pub(crate) fn reset_counters(&mut self) {
        self.counters = Counters::default();
        self.port.reads_done = Traffic::default();
        self.port.writes_done = Traffic::default();
        self.port.fetches_done = Traffic::default();
        self.fifo.most_used = 0;
        self.counted_since = self.now;
    }

    /// What is due now, and at most one instruction. True if anything moved.
    fn tick(&mut self, space: &mut Space) -> bool {
        let mut moved = self.answers(space);
        moved |= self.debug_due();
        let channels = self.channels.len();
        let mut t = self.turn;
        for _ in 0..=channels {
            let progress = match self.channels.get(t) {
                Some(c) if c.asleep() => false,
                Some(_) => self.channel_turn(t, space),
                None => self.manager_turn(space),
            };
            t = if t == channels { 0 } else { t + 1 };
            if progress {
                self.turn = t;
                moved = true;
                break;
            }
        }
        if !self.port.all_sent() {
            self.send_writes();
        }
        if moved {
            self.starved_since = None;
            self.watchdog_alarm = false;
        } else {
            moved = self.watchdog();
        }
        moved
    }

    fn send_writes(&mut self) {
        let (fifo, channels) = (&mut self.fifo, &self.channels);
        self.port.send_writes(self.now, |c, out| fifo.pull(c, channels[usize::from(c)].lanes(), out));
    }

    /// When something happens by itself.
    fn next_event(&self) -> Option<u64> {
        let mut next = self.port.next();
        let mut consider = |at: Option<u64>| {
            if let Some(at) = at {
                next = Some(next.map_or(at, |n| n.min(at)));
            }
        };
        consider(self.debug.due());
        if !self.watchdog_alarm {
            consider(self.starved_since.map(|s| s + u64::from(self.config.timing.watchdog)));
        }
        for state in self.channels.iter().map(|c| c.state).chain([self.manager.state]) {
            match state {
                State::Fetching(until) => consider(Some(until)),
                State::WaitingForPeripheral(line, _) => consider(self.requests.next(self.now, line)),
                _ => {}
            }
        }
        next
    }

    /// Take the answers of the bus that are due.
    fn answers(&mut self, space: &mut Space) -> bool {
        if self.port.next().is_none_or(|at| at > self.now) {
            return false;
        }
        let mut data = [0; MAX_BURST];
        let mut any = false;
        while let Some(retired) = self.port.retire(self.now, space, &mut data) {
            any = true;
            match retired {
                Retired::Read { channel, bytes, acknowledge, result } => {
                    let c = &self.channels[usize::from(channel)];
                    let unwanted = matches!(c.state, State::Killing | State::FaultingCompleting);
                    if unwanted || result.is_err() {
                        self.fifo.waste(channel, bytes as u32, c.lanes());
                        self.counters.discarded += bytes as u64;
                    } else {
                        self.fifo.arrive(channel, &data[..bytes]);
                    }
                    self.answered(channel, acknowledge, result.is_err(), FaultCause::DataRead);
                }
                Retired::Write { channel, acknowledge, result } => {
                    self.answered(channel, acknowledge, result.is_err(), FaultCause::DataWrite);
                }
            }
        }
        any
    }

    fn answered(&mut self, channel: u8, acknowledge: Option<u8>, failed: bool, cause: FaultCause) {
        if failed {
            self.fault(channel, cause);
        } else if let Some(line) = acknowledge {
            self.requests.acknowledge(self.now, line, AckKind::Data);
        }
    }

    fn channel_turn(&mut self, t: usize, space: &mut Space) -> bool {
        let c = t as u8;
        let quiet = self.port.reads_of(c) == 0 && self.port.writes_of(c) == 0;
        match self.channels[t].state {
            State::Executing => self.channel_instruction(t, space),
            State::Fetching(until) => {
                let due = self.now >= until;
                if due {
                    self.channels[t].state = State::Executing;
                    self.channel_instruction(t, space);
                }
                due
            }
            State::ReadBarrier => self.resume_if(t, self.port.reads_of(c) == 0, 1),
            State::WriteBarrier => self.resume_if(t, self.port.writes_of(c) == 0, 1),
            State::WaitingForPeripheral(line, wait) => match self.requests.wake(self.now, line, wait) {
                Some(woken) => {
                    self.channels[t].burst_request = Some(woken.burst);
                    self.channels[t].request_last = woken.last;
                    self.resume_if(t, true, 2)
                }
                None => false,
            },
            State::Killing | State::Completing if quiet => {
                self.drop_data(c);
                self.channels[t].state = State::Stopped;
                self.channels[t].causes = FaultCauses::NONE;
                true
            }
            State::FaultingCompleting if quiet => {
                self.drop_data(c);
                self.channels[t].state = State::Faulting;
                true
            }
            _ => false,
        }
    }

    /// Leave a wait behind an instruction of `length` bytes.
    fn resume_if(&mut self, t: usize, over: bool, length: u32) -> bool {
        if over {
            let c = &mut self.channels[t];
            c.state = State::Executing;
            c.pc = c.pc.wrapping_add(length);
        }
        over
    }

    fn channel_instruction(&mut self, t: usize, space: &mut Space) -> bool {
        let Channel { pc, non_secure, .. } = self.channels[t];
        let thread = Thread::Channel(t as u8);
        let (instruction, length) = match self.fetch(thread, t, pc, non_secure, space) {
            Fetched::Ready(decoded) => decoded,
            Fetched::At(until) => {
                self.channels[t].state = State::Fetching(until);
                return true;
            }
            Fetched::Fault(cause) => {
                self.fault(t as u8, cause);
                return true;
            }
        };
        let step = self.execute_channel(t, instruction, u32::from(length));
        self.channels[t].stall = None;
        match step {
            Step::To(next) => self.channels[t].pc = next,
            Step::Parked => {}
            Step::Stalled(stall) => {
                self.channels[t].stall = Some(stall);
                return false;
            }
            Step::Fault(cause) => {
                self.fault(t as u8, cause);
                return true;
            }
        }
        self.channels[t].instructions += 1;
        self.counters.instructions += 1;
        self.trace(thread, pc, instruction);
        true
    }

    fn manager_turn(&mut self, space: &mut Space) -> bool {
        match self.manager.state {
            State::Executing => {}
            State::Fetching(until) if self.now >= until => self.manager.state = State::Executing,
            _ => return false,
        }
        let Manager { pc, non_secure, .. } = self.manager;
        let (instruction, length) = match self.fetch(Thread::Manager, MANAGER, pc, non_secure, space) {
            Fetched::Ready(decoded) => decoded,
            Fetched::At(until) => {
                self.manager.state = State::Fetching(until);
                return true;
            }
            Fetched::Fault(cause) => {
                self.fault_manager(FaultCauses::NONE.with(cause));
                return true;
            }
        };
        match self.execute_manager(instruction, u32::from(length)) {
            Step::To(next) => self.manager.pc = next,
            Step::Parked | Step::Stalled(_) => {}
            Step::Fault(cause) => {
                self.fault_manager(FaultCauses::NONE.with(cause));
                return true;
            }
        }
        self.counters.instructions += 1;
        self.trace(Thread::Manager, pc, instruction);
        true
    }

    /// The event interrupt lines.
    pub(crate) fn lines(&self) -> u32 {
        self.raised & !self.swallowed
    }

    fn trace(&mut self, thread: Thread, pc: u32, instruction: Instruction) {
        let time = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(Traced { time, thread, pc, instruction });
        }
    }

    /// Signal an event, or raise its interrupt.
    pub(crate) fn send_event(&mut self, event: u8) {
        let bit = 1 << event;
        if self.interrupt_enable & bit != 0 {
            if self.lost & bit == 0 {
                if self.raised & bit == 0 {
                    self.counters.interrupts += 1;
                    match self.swallow.checked_sub(1) {
                        Some(left) => (self.swallow, self.swallowed) = (left, self.swallowed | bit),
                        None => self.swallowed &= !bit,
                    }
                }
                self.raised |= bit;
            }
            return;
        }
        let mut awaited = false;
        for t in 0..self.channels.len() {
            if self.channels[t].state == State::WaitingForEvent(event) {
                awaited = self.resume_if(t, true, 2);
            }
        }
        if self.manager.state == State::WaitingForEvent(event) {
            self.manager.state = State::Executing;
            self.manager.pc = self.manager.pc.wrapping_add(2);
            awaited = true;
        }
        if !awaited {
            self.pending_events |= bit;
        }
    }

    /// Begin to wait for an event. True if it is there already.
    ///
    /// While the event is an interrupt, the thread stays until software makes it an event again and signals it. That is
    /// meant only where the thread has just raised it itself: a `checkpoint`, at which software holds it.
    pub(crate) fn wait_event(&mut self, event: u8, checkpoint: bool) -> bool {
        let bit = 1 << event;
        if self.interrupt_enable & bit != 0 {
            if !checkpoint {
                self.violations.report(Violation::WaitForInterrupt { event });
            }
            return false;
        }
        let there = self.pending_events & bit != 0;
        self.pending_events &= !bit;
        there
    }
}
