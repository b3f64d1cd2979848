use linkwright::dma::{FaultCause, FaultCauses};
use linkwright_pl330::instruction::{DecodeError, Instruction, ThreadKind};

use crate::axi::Thread;
use crate::core::Core;
use crate::registers;
use crate::thread::State;
use crate::violation::Violation;

/// The registers through which software issues one instruction.
#[derive(Clone, Copy, Default)]
pub(crate) struct DebugPort {
    pub(crate) first: u32,
    pub(crate) second: u32,
    /// When the command that was given executes.
    due: Option<u64>,
    /// An undefined instruction left the interface busy until the next valid command (run on QEMU).
    stuck: bool,
    /// Injected: busy for ever.
    pub(crate) dead: bool,
}

impl DebugPort {
    /// As after power-up; an injected failure stays.
    pub(crate) fn reset(&mut self) {
        *self = Self { dead: self.dead, ..Self::default() };
    }

    pub(crate) fn busy(&self) -> bool {
        self.dead || self.stuck || self.due.is_some()
    }

    pub(crate) fn due(&self) -> Option<u64> {
        self.due
    }

    /// May the registers be written? A stuck interface takes the command that frees it.
    pub(crate) fn accepts(&self) -> bool {
        self.due.is_none()
    }
}

impl Core {
    /// Accept the command that the debug registers hold.
    pub(crate) fn debug_command(&mut self) {
        if !self.debug.dead {
            self.debug.due = Some(self.now + u64::from(self.config.timing.debug_latency));
        }
    }

    /// Execute a command whose time has come.
    pub(crate) fn debug_due(&mut self) -> bool {
        if self.debug.due.is_none_or(|due| due > self.now) {
            return false;
        }
        self.debug.due = None;
        self.debug.stuck = false;
        let (target, bytes) = registers::debug_instruction(self.debug.first, self.debug.second);
        let target = match target {
            None => Thread::Manager,
            Some(c) if usize::from(c) < self.channels.len() => Thread::Channel(c),
            Some(_) => {
                self.debug_fault(Thread::Manager, FaultCause::InvalidOperand);
                return true;
            }
        };
        match Instruction::decode(&bytes) {
            Ok((instruction, _)) if instruction.allowed_in(ThreadKind::Debug) => {
                self.debug_execute(target, instruction)
            }
            Err(DecodeError::InvalidOperand { .. }) => self.debug_fault(target, FaultCause::InvalidOperand),
            Ok(_) | Err(_) => self.debug_undefined(target),
        }
        true
    }

    fn debug_execute(&mut self, target: Thread, instruction: Instruction) {
        let faulting = match target {
            Thread::Manager => self.manager.state == State::Faulting,
            Thread::Channel(c) => self.channels[usize::from(c)].faulting(),
        };
        match (instruction, target) {
            (Instruction::Kill, Thread::Manager) => {
                self.manager.state = State::Stopped;
                self.manager.causes = FaultCauses::NONE;
            }
            (Instruction::Kill, Thread::Channel(c)) => self.kill(c),
            (Instruction::Go { .. }, Thread::Manager) | (Instruction::Sev { .. }, _) if faulting => {
                self.violations.report(Violation::DebugFaulting);
            }
            (Instruction::Go { channel, address, non_secure }, Thread::Manager) => {
                if let Err(cause) = self.go(channel.get() as u8, address, non_secure) {
                    self.debug_fault(target, cause);
                }
            }
            (Instruction::Sev { event }, _) => {
                let non_secure = match target {
                    Thread::Manager => self.manager.non_secure,
                    Thread::Channel(c) => self.channels[usize::from(c)].non_secure,
                };
                match self.check_event(event.get(), non_secure) {
                    Ok(event) => self.send_event(event),
                    Err(cause) => self.debug_fault(target, cause),
                }
            }
            _ => self.debug_undefined(target),
        }
    }

    fn debug_undefined(&mut self, target: Thread) {
        self.debug.stuck = true;
        self.debug_fault(target, FaultCause::UndefinedInstruction);
    }

    fn debug_fault(&mut self, target: Thread, cause: FaultCause) {
        match target {
            Thread::Manager => self.fault_manager(FaultCauses::NONE.with(cause).with(FaultCause::DebugInstruction)),
            Thread::Channel(c) => {
                self.fault_stopped_too(c, cause);
                self.fault(c, FaultCause::DebugInstruction);
            }
        }
    }

    /// An instruction that a stopped thread is given makes it fault as any other.
    fn fault_stopped_too(&mut self, channel: u8, cause: FaultCause) {
        let c = &mut self.channels[usize::from(channel)];
        if c.state == State::Stopped {
            c.state = State::Executing;
        }
        self.fault(channel, cause);
    }

    /// Begin a program on a channel.
    pub(crate) fn go(&mut self, channel: u8, address: u32, non_secure: bool) -> Result<(), FaultCause> {
        if self.manager.non_secure && !non_secure {
            return Err(FaultCause::StartSecurity);
        }
        let Some(c) = self.channels.get_mut(usize::from(channel)) else {
            return Err(FaultCause::InvalidOperand);
        };
        if c.state != State::Stopped {
            self.violations.report(Violation::NotStopped { channel });
            return Err(FaultCause::InvalidOperand);
        }
        c.state = State::Executing;
        c.stall = None;
        c.pc = address;
        c.non_secure = non_secure;
        c.burst_request = None;
        c.request_last = false;
        c.causes = FaultCauses::NONE;
        self.counters.starts += 1;
        self.fifo.begin_program(channel);
        if !self.keep_instructions {
            self.invalidate_instructions(Thread::Channel(channel));
        }
        Ok(())
    }

    /// Terminate a channel thread. What is on the bus completes; the rest is dropped.
    fn kill(&mut self, channel: u8) {
        let c = &mut self.channels[usize::from(channel)];
        if c.state == State::Stopped {
            return;
        }
        c.state = State::Killing;
        c.stall = None;
        c.causes = FaultCauses::NONE;
        self.port.abandon(channel);
        self.drop_data(channel);
    }
}
