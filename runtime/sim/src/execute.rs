use linkwright::dma::FaultCause;
use linkwright_pl330::instruction::{
    AddressRegister, Condition, Instruction, LoopCounter, MoveTarget, PeripheralCondition, RequestKind,
};

use crate::axi::{Burst, NON_SECURE, ReadRequest, Thread, WriteRequest};
use crate::core::{Core, Step};
use crate::fifo::LoadStall;
use crate::registers;
use crate::requests::Wait;
use crate::thread::{Channel, SideControl, Stall, State};
use crate::violation::Violation;

fn condition(when: PeripheralCondition) -> Condition {
    match when {
        PeripheralCondition::Single => Condition::Single,
        PeripheralCondition::Burst => Condition::Burst,
    }
}

fn index(counter: LoopCounter) -> usize {
    match counter {
        LoopCounter::Lc0 => 0,
        LoopCounter::Lc1 => 1,
    }
}

impl Core {
    /// Execute an instruction of a channel thread.
    pub(crate) fn execute_channel(&mut self, t: usize, instruction: Instruction, length: u32) -> Step {
        let c = self.channels[t];
        let channel = t as u8;
        let next = Step::To(c.pc.wrapping_add(length));
        self.channels[t].signalled = None;
        match instruction {
            Instruction::Addh { register, immediate } => self.add(t, register, immediate.into(), next),
            Instruction::Adnh { register, immediate } => {
                self.add(t, register, 0xffff_0000 | u32::from(immediate), next)
            }
            Instruction::Mov { register: MoveTarget::Sar, immediate } => self.set_source(t, immediate, next),
            Instruction::Mov { register: MoveTarget::Dar, immediate } => self.set_destination(t, immediate, next),
            Instruction::Mov { register: MoveTarget::Ccr, immediate } => self.set_control(t, immediate, next),
            Instruction::Ld { when } => self.load(t, when, None, next),
            Instruction::St { when } => self.store(t, when, None, false, next),
            Instruction::Stz => self.store(t, Condition::Always, None, true, next),
            Instruction::Ldp { when, peripheral } => match self.check_line(peripheral.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(line) => self.load(t, condition(when), Some(line), next),
            },
            Instruction::Stp { when, peripheral } => match self.check_line(peripheral.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(line) => self.store(t, condition(when), Some(line), false, next),
            },
            Instruction::Lp { counter, iterations } => {
                self.channels[t].loops[index(counter)] = (iterations.get() - 1) as u8;
                next
            }
            Instruction::Lpend { when, .. } | Instruction::Lpfend { when, .. } if !self.enabled(t, when) => next,
            Instruction::Lpend { counter, jump, .. } => match &mut self.channels[t].loops[index(counter)] {
                0 => next,
                left => {
                    *left -= 1;
                    Step::To(c.pc.wrapping_sub(jump.into()))
                }
            },
            Instruction::Lpfend { .. } if c.request_last => next,
            Instruction::Lpfend { jump, .. } => Step::To(c.pc.wrapping_sub(jump.into())),
            Instruction::Rmb => {
                self.fifo.unlock(channel, c.lanes());
                self.park_if(t, self.port.reads_of(channel) > 0, State::ReadBarrier, next)
            }
            Instruction::Wmb => {
                self.fifo.unlock(channel, c.lanes());
                self.park_if(t, self.port.writes_of(channel) > 0, State::WriteBarrier, next)
            }
            Instruction::Sev { event } => match self.check_event(event.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(event) => {
                    self.channels[t].signalled = Some(event);
                    self.send_event(event);
                    next
                }
            },
            Instruction::Wfe { event, invalid } => match self.check_event(event.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(event) => {
                    self.fifo.unlock(channel, c.lanes());
                    if invalid {
                        self.invalidate_instructions(Thread::Channel(channel));
                    }
                    self.channels[t].wakeup = event;
                    let there = self.wait_event(event, c.signalled == Some(event));
                    self.park_if(t, !there, State::WaitingForEvent(event), next)
                }
            },
            Instruction::Wfp { peripheral, kind } => match self.check_line(peripheral.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(line) => {
                    self.fifo.unlock(channel, c.lanes());
                    let wait = match kind {
                        RequestKind::Single => Wait::Single,
                        RequestKind::Burst => Wait::Burst,
                        RequestKind::Peripheral => Wait::Peripheral,
                    };
                    let c = &mut self.channels[t];
                    (c.wakeup, c.wait) = (line, wait);
                    c.state = State::WaitingForPeripheral(line, wait);
                    Step::Parked
                }
            },
            Instruction::Flushp { peripheral } => match self.check_line(peripheral.get(), c.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(line) => {
                    self.requests.flush(self.now, line);
                    next
                }
            },
            Instruction::Nop => next,
            Instruction::End => {
                // As QEMU: the program counter ends behind the instruction.
                self.channels[t].pc = c.pc.wrapping_add(length);
                self.channels[t].state = State::Completing;
                Step::Parked
            }
            Instruction::Kill | Instruction::Go { .. } => Step::Fault(FaultCause::UndefinedInstruction),
        }
    }

    /// Execute an instruction of the manager's own program.
    pub(crate) fn execute_manager(&mut self, instruction: Instruction, length: u32) -> Step {
        let next = Step::To(self.manager.pc.wrapping_add(length));
        match instruction {
            Instruction::Nop => next,
            Instruction::End => {
                self.manager.state = State::Stopped;
                Step::Parked
            }
            Instruction::Go { channel, address, non_secure } => {
                match self.go(channel.get() as u8, address, non_secure) {
                    Ok(()) => next,
                    Err(cause) => Step::Fault(cause),
                }
            }
            Instruction::Sev { event } => match self.check_event(event.get(), self.manager.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(event) => {
                    self.send_event(event);
                    next
                }
            },
            Instruction::Wfe { event, invalid } => match self.check_event(event.get(), self.manager.non_secure) {
                Err(cause) => Step::Fault(cause),
                Ok(event) => {
                    if invalid {
                        self.invalidate_instructions(Thread::Manager);
                    }
                    self.manager.wakeup = event;
                    if self.wait_event(event, false) {
                        return next;
                    }
                    self.manager.state = State::WaitingForEvent(event);
                    Step::Parked
                }
            },
            _ => Step::Fault(FaultCause::UndefinedInstruction),
        }
    }

    fn add(&mut self, t: usize, register: AddressRegister, amount: u32, next: Step) -> Step {
        match register {
            AddressRegister::Sar => self.set_source(t, self.channels[t].source.wrapping_add(amount), next),
            AddressRegister::Dar => self.set_destination(t, self.channels[t].destination.wrapping_add(amount), next),
        }
    }

    fn park_if(&mut self, t: usize, park: bool, state: State, next: Step) -> Step {
        if !park {
            return next;
        }
        self.channels[t].state = state;
        Step::Parked
    }

    /// Does a conditional instruction act?
    fn enabled(&self, t: usize, when: Condition) -> bool {
        let Channel { burst_request, pc, .. } = self.channels[t];
        if when != Condition::Always && burst_request.is_none() {
            self.violations.report(Violation::NoRequest { channel: t as u8, pc });
        }
        match when {
            Condition::Always => true,
            Condition::Single => burst_request != Some(true),
            Condition::Burst => burst_request == Some(true),
        }
    }

    pub(crate) fn check_event(&self, event: u32, non_secure: bool) -> Result<u8, FaultCause> {
        if event >= self.config.events.into() {
            return Err(FaultCause::InvalidOperand);
        }
        if non_secure && self.config.non_secure_events >> event & 1 == 0 {
            return Err(FaultCause::EventSecurity);
        }
        Ok(event as u8)
    }

    fn check_line(&self, line: u32, non_secure: bool) -> Result<u8, FaultCause> {
        if line >= self.config.requests.into() {
            return Err(FaultCause::InvalidOperand);
        }
        if non_secure && self.config.non_secure_requests >> line & 1 == 0 {
            return Err(FaultCause::PeripheralSecurity);
        }
        Ok(line as u8)
    }

    fn lane(&self, address: u32) -> u32 {
        address % u32::from(self.config.bus_bytes)
    }

    /// A source discontinuity waits for the thread's reads.
    fn set_source(&mut self, t: usize, address: u32, next: Step) -> Step {
        let moved = self.lane(address) != self.lane(self.channels[t].source);
        if moved && self.port.reads_of(t as u8) > 0 {
            return Step::Stalled(Stall::Bus);
        }
        self.channels[t].source = address;
        next
    }

    /// A destination discontinuity waits for the thread's accesses and drops what is left in the MFIFO.
    fn set_destination(&mut self, t: usize, address: u32, next: Step) -> Step {
        if self.lane(address) != self.lane(self.channels[t].destination) {
            if self.on_the_bus(t) {
                return Step::Stalled(Stall::Bus);
            }
            self.drop_data(t as u8);
        }
        self.channels[t].destination = address;
        next
    }

    fn set_control(&mut self, t: usize, word: u32, next: Step) -> Step {
        let (old, new) = (self.channels[t].control, registers::control(word));
        let beat = |side: SideControl| (side.increment, side.beat);
        let destination_changed = old.destination.increment != new.destination.increment
            || old.swap != new.swap
            || !new.destination.increment && old.destination.beat != new.destination.beat;
        if destination_changed && self.on_the_bus(t) {
            return Step::Stalled(Stall::Bus);
        }
        if beat(old.source) != beat(new.source) && self.port.reads_of(t as u8) > 0 {
            return Step::Stalled(Stall::Bus);
        }
        if destination_changed {
            self.drop_data(t as u8);
        }
        self.channels[t].control_word = word;
        self.channels[t].control = new;
        next
    }

    fn on_the_bus(&self, t: usize) -> bool {
        self.port.reads_of(t as u8) > 0 || self.port.writes_of(t as u8) > 0
    }

    /// The burst that one side of a channel would make now.
    fn burst(&self, t: usize, side: SideControl, address: u32, when: Condition) -> Result<Burst, FaultCause> {
        let c = &self.channels[t];
        // Recalled from ARM DDI 0424: a beat wider than the bus is a precise abort; the cause is this model's choice.
        if side.beat > u32::from(self.config.bus_bytes) {
            return Err(FaultCause::InvalidOperand);
        }
        if c.non_secure && side.protection & NON_SECURE == 0 {
            return Err(FaultCause::AccessSecurity);
        }
        let channel = t as u8;
        if !side.increment && !address.is_multiple_of(side.beat) {
            self.violations.report(Violation::FixedUnaligned { channel, address, beat: side.beat });
        }
        let unit = c.control.swap;
        if !address.is_multiple_of(unit) || !side.increment && side.beat < unit {
            self.violations.report(Violation::SwapUnaligned { channel, address, unit });
        }
        // After a single request the S forms move one beat.
        let beats = if when == Condition::Single { 1 } else { side.beats };
        Ok(Burst { address, beats, size: side.beat, increment: side.increment })
    }

    fn load(&mut self, t: usize, when: Condition, acknowledge: Option<u8>, next: Step) -> Step {
        if !self.enabled(t, when) {
            return next;
        }
        let (c, channel) = (self.channels[t], t as u8);
        let side = c.control.source;
        let burst = match self.burst(t, side, c.source, when) {
            Ok(burst) => burst,
            Err(cause) => return Step::Fault(cause),
        };
        match self.fifo.can_load(channel, c.lanes(), burst.bytes()) {
            Ok(()) => {}
            Err(LoadStall::TooSmall) => return Step::Fault(FaultCause::FifoOverflow),
            Err(stall) => return Step::Stalled(Stall::Load(stall)),
        }
        if !self.port.can_read() {
            return Step::Stalled(Stall::Bus);
        }
        self.fifo.load(channel, c.lanes(), burst.bytes());
        let (protection, cache) = (side.protection, side.cache);
        self.port.read(self.now, ReadRequest { channel, burst, protection, cache, acknowledge });
        self.channels[t].source = burst.next_address();
        next
    }

    fn store(&mut self, t: usize, when: Condition, acknowledge: Option<u8>, zero: bool, next: Step) -> Step {
        if !self.enabled(t, when) {
            return next;
        }
        let (c, channel) = (self.channels[t], t as u8);
        let side = c.control.destination;
        let burst = match self.burst(t, side, c.destination, when) {
            Ok(burst) => burst,
            Err(cause) => return Step::Fault(cause),
        };
        let swap = c.control.swap;
        if !burst.bytes().is_multiple_of(swap) {
            self.violations.report(Violation::SwapUnaligned { channel, address: burst.next_address(), unit: swap });
        }
        if !zero && self.fifo.available(channel) < burst.bytes() {
            return Step::Fault(FaultCause::FifoUnderflow);
        }
        if !self.port.can_write() {
            return Step::Stalled(Stall::Bus);
        }
        if !zero {
            self.fifo.claim(channel, burst.bytes());
        }
        let (protection, cache) = (side.protection, side.cache);
        self.port.write(WriteRequest { channel, burst, protection, cache, acknowledge, zero, swap });
        self.channels[t].destination = burst.next_address();
        let lanes = self.channels[t].lanes();
        self.fifo.unlock(channel, lanes);
        next
    }
}
