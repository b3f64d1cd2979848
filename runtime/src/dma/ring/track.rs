//! Where an endless program stands, lap after lap, and the gate before its periods.

use critical_section::CriticalSection;

use super::RingError;
use super::mark::Mark;
use crate::dma::buffers::{Held, Role};
use crate::dma::link::Link;
use crate::dma::slot::{Phase, State};
use crate::dma::{Stuck, ThreadState, TransferError};
use crate::microcode::Side;
use crate::sync::exclusive;

/// Of an endless program in flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::dma) struct Lap {
    /// The memory side's address register, when last looked at. Beyond the start of the lap by up to all of it.
    last: Mark,
    /// With a gate: the program has not said that the gate is shut, so that nothing that is sent is a grant.
    entering: bool,
    /// Periods that the client granted and the program was not told of.
    credits: u32,
    /// The program was told of one that it has not finished: a second telling would be lost.
    told: bool,
}

/// Where the device is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Look {
    /// Up to here memory is surely done with: read, and taken by the device, or written.
    pub(super) settled: Mark,
    /// From here on memory is surely untouched in this lap.
    pub(super) issued: Mark,
}

impl Look {
    const START: Self = Self { settled: Mark::START, issued: Mark::START };
}

impl Lap {
    pub(in crate::dma) const NEW: Self = Self { last: Mark::START, entering: false, credits: 0, told: false };

    pub(in crate::dma) fn begin(gated: bool) -> Self {
        Self { entering: gated, ..Self::NEW }
    }
}

impl State {
    /// The side that a ring's buffer is.
    fn side(&self) -> Side {
        if self.role == Role::Destination { Side::Destination } else { Side::Source }
    }

    /// Notice a lap's end by the address that fell. At least once a lap, which the interrupts of its periods see to.
    fn follow(&mut self, address: u32) {
        let Some(ring) = self.program.map(|program| program.bytes) else { return };
        let Held::One(buffer) = &self.held else { return };
        let at = address.wrapping_sub(buffer.get().bus());
        if at > ring {
            return;
        }
        if at < self.lap.last.at {
            self.lap.last.lap = self.lap.last.lap.wrapping_add(1);
        }
        self.lap.last.at = at;
    }
}

impl Link {
    /// The program has signalled the end of a period, or that it has come to its gate, which is then to be
    /// [opened](Self::open). Interrupt body; one register read for a period.
    pub(in crate::dma) fn period_ended(&self, cs: CriticalSection<'_>) {
        let (side, entering) = self.slot.0.within(cs, |s| (s.side(), core::mem::take(&mut s.lap.entering)));
        if !entering {
            let address = self.hardware().address(self.thread, side);
            self.slot.0.within(cs, |s| {
                s.events = s.events.wrapping_add(1);
                s.begun = true;
                s.follow(address);
                s.lap.told = false;
            });
        }
    }

    /// Where the device is now. 3 register reads, 4 with a gate, up to 4 more before it was once seen to have begun.
    pub(super) fn look(&self) -> Result<Look, RingError> {
        exclusive(|cs| {
            let gated = self.slot.0.within(cs, |s| match s.phase {
                Phase::Running => Ok(s.gate.is_some()),
                Phase::Finished => Err(RingError::Ended(s.result.err().unwrap_or(TransferError::Vanished))),
                _ => Err(RingError::Idle),
            })?;
            if gated {
                // What could not be told before.
                let _ = self.open(cs);
            }
            if !self.has_begun(cs) {
                return Ok(Look::START);
            }
            // Before it waits at its gate it waits for its writes.
            let waits = gated && self.hardware().state(self.thread) == ThreadState::WaitingForEvent;
            let queued = if waits { 0 } else { self.engine.core().config.write_queue.max(1) };
            let position = self.position();
            self.slot.0.within(cs, |s| {
                let (blocks, code) = s.blocks().zip(s.code()).ok_or(RingError::Idle)?;
                let side = s.side();
                let (settled, issued) = (blocks.moved(&code, &position, queued), blocks.moved(&code, &position, 0));
                s.follow(match side {
                    Side::Source => position.source,
                    Side::Destination => position.destination,
                });
                let mut lap = s.lap.last.lap;
                // The next lap has begun, but not yet set its addresses.
                if issued == 0 && s.lap.last.at == blocks.bytes() {
                    lap = lap.wrapping_add(1);
                }
                Ok(Look { settled: Mark { lap, at: settled }, issued: Mark { lap, at: issued } })
            })
        })
    }

    /// Make the gate's event pending, as it may already be: it outlasts a program that was stopped before it took the
    /// event off, and no register clears it. The program that is started next takes it off either way. Atomic; with a gate
    /// one register read and 3 writes.
    pub(in crate::dma) fn shut(&self, cs: CriticalSection<'_>) -> Result<(), Stuck> {
        match self.slot.0.within(cs, |s| s.gate()) {
            Some(gate) => self.hardware().send_event(gate, self.engine.core().config.command_polls),
            None => Ok(()),
        }
    }

    /// Let the program do `periods` more periods. Atomic; 2 register reads and 3 writes if it waits.
    pub(super) fn grant(&self, periods: u32) -> Result<(), Stuck> {
        exclusive(|cs| {
            self.slot.0.within(cs, |s| s.lap.credits = s.lap.credits.saturating_add(periods));
            self.open(cs)
        })
    }

    /// Tell the program of the next granted period, unless it has not finished the one it was told of. At most one wait for
    /// the command interface. 2 register reads and 3 writes if there is one to tell; if that fails the client's next look
    /// or grant tries again.
    pub(in crate::dma) fn open(&self, cs: CriticalSection<'_>) -> Result<(), Stuck> {
        self.take_back(cs)?;
        let gate = self.slot.0.within(cs, |s| {
            let may = s.phase == Phase::Running && !s.lap.entering && !s.lap.told && s.lap.credits > 0;
            s.gate.filter(|_| may)
        });
        let Some(gate) = gate else { return Ok(()) };
        // It would be lost on a manager that stands; the interrupt that brings it back opens the gate.
        if self.hardware().manager_fault().is_some() {
            return Err(Stuck);
        }
        self.hardware().send_event(gate, self.engine.core().config.command_polls)?;
        self.slot.0.within(cs, |s| {
            s.lap.credits -= 1;
            s.lap.told = true;
            s.unheard = false;
        });
        Ok(())
    }

    /// The manager was faulting and was killed: what it was told before may be lost. A thread that waits at its gate has
    /// not heard it; of one that is on its way there nobody can tell, so this is asked until something was told since.
    fn take_back(&self, cs: CriticalSection<'_>) -> Result<(), Stuck> {
        let doubted = |s: &mut State| {
            let owed = s.lap.told || s.lap.credits > 0;
            let unheard = s.gate.is_some() && s.phase == Phase::Running && s.unheard && owed;
            unheard.then_some((s.lap.told, s.event))
        };
        let Some((told, event)) = self.slot.0.within(cs, doubted) else { return Ok(()) };
        // The kill must have come through.
        let polls = self.engine.core().config.command_polls;
        if (0..polls).all(|_| self.hardware().is_busy()) {
            return Err(Stuck);
        }
        // One that goes through its gate just now does not wait for two looks. The signal last: a program that waits at its
        // next gate has signalled the period before.
        let waits = || self.hardware().state(self.thread) == ThreadState::WaitingForEvent;
        let signals = |event: u8| self.hardware().interrupts() & 1 << event != 0;
        if told && waits() && waits() && !event.is_some_and(signals) {
            self.slot.0.within(cs, |s| {
                s.lap.told = false;
                s.lap.credits = s.lap.credits.saturating_add(1);
            });
        }
        Ok(())
    }
}
