use linkwright::dma::{FaultCause, FaultCauses};

use crate::core::Core;
use crate::fifo::LoadStall;
use crate::thread::{Channel, Stall, State};

impl Core {
    /// A channel thread faults, or one that is already faulting finds another cause.
    pub(crate) fn fault(&mut self, channel: u8, cause: FaultCause) {
        let c = &mut self.channels[usize::from(channel)];
        if matches!(c.state, State::Stopped | State::Killing) {
            return;
        }
        self.counters.faults += u64::from(c.causes.is_empty());
        c.causes = c.causes.with(cause);
        c.stall = None;
        if c.state != State::Faulting {
            c.state = State::FaultingCompleting;
        }
        self.port.abandon(channel);
        self.drop_data(channel);
    }

    pub(crate) fn fault_manager(&mut self, causes: FaultCauses) {
        self.counters.faults += u64::from(self.manager.causes.is_empty());
        self.manager.causes = causes.iter().fold(self.manager.causes, FaultCauses::with);
        self.manager.state = State::Faulting;
    }

    pub(crate) fn drop_data(&mut self, channel: u8) {
        let lanes = self.channels[usize::from(channel)].lanes();
        self.counters.discarded += u64::from(self.fifo.discard(channel, lanes));
    }

    /// Act on channels that can never get on: nothing is under way on the bus, nothing executes, and loads wait for
    /// lines or for the lock. Recalled from ARM DDI 0424: the channels that contribute are aborted. Those are the
    /// waiting ones that hold lines; if only parked channels do, all waiting ones.
    pub(crate) fn watchdog(&mut self) -> bool {
        let starved = |c: &Channel| {
            c.state == State::Executing && matches!(c.stall, Some(Stall::Load(LoadStall::Locked | LoadStall::Full)))
        };
        let busy = |c: &Channel| matches!(c.state, State::Fetching(_)) || c.state == State::Executing && !starved(c);
        let locked_up = self.port.quiet() && self.channels.iter().any(starved) && !self.channels.iter().any(busy);
        if !locked_up {
            self.starved_since = None;
            return false;
        }
        let since = *self.starved_since.get_or_insert(self.now);
        if self.watchdog_alarm || self.now < since + u64::from(self.config.timing.watchdog) {
            return false;
        }
        if self.watchdog_interrupt_only {
            self.watchdog_alarm = true;
            return true;
        }
        self.starved_since = None;
        let holding = |t: usize| self.fifo.lines_of(t as u8) > 0;
        let waiting: Vec<usize> = (0..self.channels.len()).filter(|&t| starved(&self.channels[t])).collect();
        let holders: Vec<usize> = waiting.iter().copied().filter(|&t| holding(t)).collect();
        for t in if holders.is_empty() { waiting } else { holders } {
            self.fault(t as u8, FaultCause::Lockup);
        }
        true
    }

    /// The abort interrupt line.
    pub(crate) fn abort_raised(&self) -> bool {
        self.watchdog_alarm || self.manager.state == State::Faulting || self.channels.iter().any(Channel::faulting)
    }
}
