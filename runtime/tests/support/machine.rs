//! An invented controller that executes programs over its own copy of memory, and can be told to misbehave.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use linkwright::dma::memory::Mirror;
use linkwright::dma::{Capabilities, Controller, FaultCause, FaultCauses, Position, Stuck, ThreadState};
use linkwright::microcode::Side;

use super::isa::{Letters, Step, access};

pub const BASE: u32 = 0x4000_0000;
pub const BYTES: u32 = 1 << 18;
pub const THREADS: u8 = 4;
pub const EVENTS: u8 = 6;

#[derive(Default, Clone)]
pub struct Thread {
    pub state: Option<ThreadState>,
    pub pc: u32,
    pub source: u32,
    pub destination: u32,
    control: u32,
    counters: [u16; 2],
    fifo: VecDeque<u8>,
    causes: FaultCauses,
    killing: u32,
    ending: u32,
}

impl Thread {
    /// Let a kill come through that never would.
    pub fn finish_kill(&mut self) {
        self.killing = self.killing.min(1);
    }

    /// It has run its program to the end, or none.
    pub fn ended(&self) -> bool {
        self.state() == ThreadState::Stopped
    }

    fn state(&self) -> ThreadState {
        self.state.unwrap_or(ThreadState::Stopped)
    }
}

pub struct State {
    pub powered: bool,
    pub memory: Vec<u8>,
    pub threads: Vec<Thread>,
    pub manager: Option<FaultCauses>,
    pub raised: u32,
    pub enabled: u32,
    /// Register accesses let threads run.
    pub clocked: bool,
    /// Reads of the busy flag that still say busy.
    pub busy: u32,
    /// Steps between a kill and Stopped; `u32::MAX` never ends.
    pub kill_latency: u32,
    /// A started program faults the manager instead.
    pub refuse_start: bool,
    /// Threads that lock up at their next load.
    pub lock_up: u32,
    /// Threads that fault at the end instruction, after their event.
    pub fault_at_end: u32,
    /// Threads that never execute their end instruction.
    pub never_end: u32,
    pub fifo_lines: u16,
    /// Steps that an end instruction takes.
    pub end_delay: u32,
    /// Steps that a start or kill stands in the command interface before it acts.
    pub command_delay: u32,
    command: Option<(u32, Command)>,
}

#[derive(Clone, Copy)]
enum Command {
    Start(usize, u32),
    Kill(usize),
}

pub struct Machine {
    state: Mutex<State>,
    pub reads: AtomicU32,
    pub writes: AtomicU32,
    pub cleaned: AtomicU32,
    pub discarded: AtomicU32,
    /// Cache maintenance that panics: the n-th from now; 0 for none.
    panic_in: AtomicU32,
}

impl Machine {
    pub fn leak() -> &'static Self {
        let state = State {
            powered: true,
            memory: vec![0xEE; BYTES as usize],
            threads: vec![Thread::default(); THREADS.into()],
            manager: None,
            raised: 0,
            enabled: 0,
            clocked: true,
            busy: 0,
            kill_latency: 3,
            refuse_start: false,
            lock_up: 0,
            fault_at_end: 0,
            never_end: 0,
            fifo_lines: CAPABILITIES.fifo_lines,
            end_delay: 0,
            command_delay: 0,
            command: None,
        };
        Box::leak(Box::new(Self {
            state: Mutex::new(state),
            reads: AtomicU32::new(0),
            writes: AtomicU32::new(0),
            cleaned: AtomicU32::new(0),
            discarded: AtomicU32::new(0),
            panic_in: AtomicU32::new(0),
        }))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The `n`-th cache maintenance from now panics.
    pub fn panic_in(&self, n: u32) {
        self.panic_in.store(n, Relaxed);
    }

    fn maintenance(&self) {
        if self.panic_in.load(Relaxed) > 0 && self.panic_in.fetch_sub(1, Relaxed) == 1 {
            panic!("cache maintenance of a client panicked");
        }
    }

    /// Register accesses so far: reads, writes.
    pub fn accesses(&self) -> (u32, u32) {
        (self.reads.load(Relaxed), self.writes.load(Relaxed))
    }

    /// Let every running thread execute `steps` instructions. Is the interrupt line up?
    pub fn run(&self, steps: u32) -> bool {
        let mut state = self.state();
        for _ in 0..steps {
            state.step();
        }
        state.line()
    }

    pub fn line(&self) -> bool {
        self.state().line()
    }

    pub fn powered(&self, on: bool) {
        let mut state = self.state();
        assert!(on || state.threads.iter().all(|t| t.state() == ThreadState::Stopped), "power cut under a transfer");
        state.powered = on;
        if !on {
            state.enabled = 0;
        }
    }

    fn access(&self, reads: u32, writes: u32) -> MutexGuard<'_, State> {
        self.reads.fetch_add(reads, Relaxed);
        self.writes.fetch_add(writes, Relaxed);
        let mut state = self.state();
        assert!(state.powered, "register access without power");
        if state.clocked {
            state.step();
        }
        state
    }

    /// The busy flag, polled.
    fn ready(&self, polls: u32) -> Result<MutexGuard<'_, State>, Stuck> {
        for _ in 0..polls {
            let mut state = self.access(1, 0);
            if state.busy == 0 && state.command.is_none() {
                drop(state);
                return Ok(self.access(0, 3));
            }
            state.busy = state.busy.saturating_sub(1);
        }
        Err(Stuck)
    }
}

impl State {
    fn line(&self) -> bool {
        self.raised & self.enabled != 0 || self.manager.is_some() || self.faulting() != 0
    }

    fn faulting(&self) -> u32 {
        let faulting = |(i, t): (usize, &Thread)| u32::from(t.state() == ThreadState::Faulting) << i;
        self.threads.iter().enumerate().map(faulting).sum()
    }

    /// Put a command into the command interface.
    fn command(&mut self, command: Command) {
        self.command = Some((self.command_delay, command));
        if self.command_delay == 0 {
            self.execute_command();
        }
    }

    fn execute_command(&mut self) {
        match self.command.take() {
            Some((0, Command::Start(thread, pc))) => {
                let thread = &mut self.threads[thread];
                assert_eq!(thread.state(), ThreadState::Stopped, "started a thread that is not stopped");
                *thread = Thread { state: Some(ThreadState::Running), pc, ..Thread::default() };
            }
            Some((0, Command::Kill(thread))) => {
                let thread = &mut self.threads[thread];
                if thread.state() != ThreadState::Stopped {
                    thread.state = Some(ThreadState::Killing);
                    thread.causes = FaultCauses::NONE;
                    thread.killing = self.kill_latency;
                }
            }
            Some((steps, command)) => self.command = Some((steps - 1, command)),
            None => {}
        }
    }

    fn step(&mut self) {
        self.execute_command();
        for index in 0..self.threads.len() {
            let mut thread = core::mem::take(&mut self.threads[index]);
            match thread.state() {
                ThreadState::Running => {
                    if let Err(cause) = self.execute(index, &mut thread) {
                        thread.causes = FaultCauses::NONE.with(cause);
                        thread.state = Some(ThreadState::Faulting);
                    }
                }
                ThreadState::Killing if thread.killing == 0 => {
                    thread.state = None;
                    // Writes already on their way still land.
                    let at = thread.destination.wrapping_sub(BASE) as usize;
                    for (i, byte) in thread.fifo.drain(..).enumerate() {
                        if let Some(place) = self.memory.get_mut(at + i) {
                            *place = byte;
                        }
                    }
                }
                ThreadState::Killing if thread.killing != u32::MAX => thread.killing -= 1,
                _ => {}
            }
            self.threads[index] = thread;
        }
    }

    fn at(&mut self, address: u32) -> Option<&mut u8> {
        self.memory.get_mut(address.wrapping_sub(BASE) as usize)
    }

    fn execute(&mut self, index: usize, thread: &mut Thread) -> Result<(), FaultCause> {
        let at = thread.pc.wrapping_sub(BASE) as usize;
        let bytes = self.memory.get(at..).ok_or(FaultCause::InstructionFetch)?;
        let (step, len) = Step::decode(bytes).ok_or(FaultCause::UndefinedInstruction)?;
        let mut next = thread.pc + len as u32;
        match step {
            Step::Address(Side::Source, to) => thread.source = to,
            Step::Address(Side::Destination, to) => thread.destination = to,
            Step::Control(to) => thread.control = to,
            Step::Load => {
                if self.lock_up & 1 << index != 0 {
                    return Err(FaultCause::Lockup);
                }
                let (increment, beat, burst) = access(thread.control & 0xffff);
                // An unaligned burst is short and leaves the address aligned.
                for _ in 0..beat * burst - thread.source % beat {
                    let byte = *self.at(thread.source).ok_or(FaultCause::DataRead)?;
                    thread.fifo.push_back(byte);
                    thread.source += u32::from(increment);
                }
            }
            Step::Store => {
                let (increment, beat, burst) = access(thread.control >> 16);
                let bytes = beat * burst - thread.destination % beat;
                if thread.fifo.len() < bytes as usize {
                    return Err(FaultCause::FifoUnderflow);
                }
                for _ in 0..bytes {
                    let byte = thread.fifo.pop_front().ok_or(FaultCause::FifoUnderflow)?;
                    *self.at(thread.destination).ok_or(FaultCause::DataWrite)? = byte;
                    thread.destination += u32::from(increment);
                }
            }
            Step::Loop(counter, times) => thread.counters[usize::from(counter)] = times - 1,
            Step::LoopEnd(counter, back) => {
                let left = &mut thread.counters[usize::from(counter)];
                if *left > 0 {
                    *left -= 1;
                    next = thread.pc - u32::from(back);
                }
            }
            Step::Barrier => {}
            Step::Event(event) => {
                if event >= EVENTS {
                    return Err(FaultCause::InvalidOperand);
                }
                self.raised |= 1 << event;
            }
            Step::End if thread.ending < self.end_delay => {
                thread.ending += 1;
                return Ok(());
            }
            Step::End if self.fault_at_end & 1 << index != 0 => return Err(FaultCause::InstructionFetch),
            Step::End if self.never_end & 1 << index != 0 => return Ok(()),
            Step::End => thread.state = None,
        }
        thread.pc = next;
        Ok(())
    }
}

impl Controller for &'static Machine {
    type Isa = Letters;
    const MAX_THREADS: u8 = THREADS;

    fn capabilities(&self) -> Capabilities {
        Capabilities { fifo_lines: self.access(3, 0).fifo_lines, ..CAPABILITIES }
    }
    fn start(&self, thread: u8, program: u32, _: bool, polls: u32) -> Result<(), Stuck> {
        let mut state = self.ready(polls)?;
        if state.refuse_start {
            state.manager = Some(FaultCauses::NONE.with(FaultCause::DebugInstruction));
            return Ok(());
        }
        state.command(Command::Start(thread.into(), program));
        Ok(())
    }
    fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck> {
        self.ready(polls)?.command(Command::Kill(thread.into()));
        Ok(())
    }
    fn kill_manager(&self, polls: u32) -> Result<(), Stuck> {
        self.ready(polls)?.manager = None;
        Ok(())
    }
    fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck> {
        self.ready(polls)?.raised |= 1 << event;
        Ok(())
    }
    fn is_busy(&self) -> bool {
        let state = self.access(1, 0);
        state.busy > 0 || state.command.is_some()
    }
    fn state(&self, thread: u8) -> ThreadState {
        self.access(1, 0).threads[usize::from(thread)].state()
    }
    fn position(&self, thread: u8) -> Position {
        let state = self.access(3, 0);
        let t = &state.threads[usize::from(thread)];
        Position { source: t.source, destination: t.destination, pc: t.pc }
    }
    fn faulting(&self) -> u32 {
        self.access(1, 0).faulting()
    }
    fn fault(&self, thread: u8) -> FaultCauses {
        self.access(1, 0).threads[usize::from(thread)].causes
    }
    fn manager_fault(&self) -> Option<FaultCauses> {
        self.access(1, 0).manager
    }
    fn interrupts(&self) -> u32 {
        let state = self.access(1, 0);
        state.raised & state.enabled
    }
    fn clear_interrupts(&self, events: u32) {
        let mut state = self.access(0, 1);
        state.raised &= !(events & state.enabled);
    }
    fn enable_interrupts(&self, events: u32) {
        self.access(0, 1).enabled = events;
    }
}

pub const CAPABILITIES: Capabilities = Capabilities {
    threads: THREADS,
    events: EVENTS,
    requests: 2,
    bus_bytes: 4,
    fifo_lines: 64,
    icache_line: 16,
    non_secure: false,
};

impl Mirror for Machine {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        self.maintenance();
        self.cleaned.fetch_add(bytes.len() as u32, Relaxed);
        let at = (bus - BASE) as usize;
        self.state().memory[at..at + bytes.len()].copy_from_slice(bytes);
    }
    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        self.maintenance();
        let at = (bus - BASE) as usize;
        bytes.copy_from_slice(&self.state().memory[at..at + bytes.len()]);
    }
    fn discard(&self, _: u32, bytes: u32) {
        self.maintenance();
        self.discarded.fetch_add(bytes, Relaxed);
    }
}
