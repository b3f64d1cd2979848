use std::collections::VecDeque;
use std::fmt;

use linkwright::dma::plan::{End, PortEnd};
use linkwright::microcode::{Control, Op, RequestKind, Side, When};

use crate::device::Device;
use crate::{Decode, Job};

/// What a correct program must not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Not an instruction, or one that no transfer has a use for.
    Instruction,
    /// Left the program.
    ProgramCounter,
    /// A loop counter above the limit, a counter that does not exist, or one inside itself.
    Counter,
    /// A jump too far, or to anywhere but the loop's first instruction.
    Jump,
    /// A load of anything but the next bytes of the source.
    Read,
    /// A store to anything but the next bytes of the destination.
    Write,
    /// A burst before any control word, beyond the bus width or the longest burst, at a fixed address of memory or an
    /// increasing one of a device, or not aligned where that is needed.
    Access,
    /// Other attributes than asked for.
    Attributes,
    /// A store of more than the FIFO holds.
    Underflow,
    /// More lines than the FIFO has.
    Overflow,
    /// Bytes left in the FIFO at the end.
    Residue,
    /// Not the events that were asked for, or a wrong one.
    Event,
    /// An event was signalled before what it stands for was written and waited for.
    EarlyEvent,
    /// Not everything was moved.
    Incomplete,
    /// Not what the device asked for.
    Handshake,
    /// A wait for a request that never comes.
    Hang,
    /// A period began before its gate was passed.
    Gate,
}

/// What a run amounted to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Instructions executed.
    pub instructions: u64,
    /// Bursts read.
    pub loads: u64,
    /// Bursts written.
    pub stores: u64,
    /// Beats of both sides.
    pub beats: u64,
    /// Beats read.
    pub read_beats: u64,
    /// Bursts as the bus sees them: those that cross a multiple of 4 KiB count twice.
    pub bus_bursts: u64,
    /// Most FIFO lines in use while other programs may load.
    pub resident: u64,
    /// Most FIFO lines in use.
    pub peak: u64,
    /// Events signalled.
    pub events: u64,
    /// Checkpoints passed.
    pub checkpoints: u64,
    /// Most bursts from one checkpoint to the next.
    pub stretch: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:>7} {:>7}", self.instructions, self.loads, self.stores)
    }
}

/// What can be seen of a thread before an instruction.
#[derive(Clone, Copy, Debug)]
pub struct Look<'m> {
    /// Program counter.
    pub pc: usize,
    /// Source address.
    pub source: u32,
    /// Destination address.
    pub destination: u32,
    /// It stands at the wait of a checkpoint.
    pub parked: bool,
    /// Bytes stored, of all laps.
    pub stored: u64,
    /// Sizes of the stores since the last barrier.
    pub recent: &'m VecDeque<u64>,
}

/// Executes a program and finds out whether it does its [`Job`]. With data, bytes really move; without, only their
/// addresses are followed, which proves the same (both sides run through their stream in order, exactly once) at any
/// length.
pub struct Machine {
    pub(crate) job: Job,
    pub(crate) addresses: [u64; 2],
    /// Positions in the stream that were loaded and stored up to.
    pub(crate) at: [u64; 2],
    pub(crate) control: Option<Control>,
    pub(crate) data: Option<(Vec<u8>, VecDeque<u8>, Vec<u8>)>,
    pub(crate) device: Option<Device>,
    /// The device may end the transfer early.
    pub(crate) short: bool,
    pub(crate) kind: Option<When>,
    pub(crate) gate_open: bool,
    /// It has a gate, and has not said that it begins with the gate shut.
    pub(crate) entering: bool,
    /// The event just signalled, if a checkpoint's.
    pub(crate) signalled: Option<u8>,
    pub(crate) recent: VecDeque<u64>,
    pub(crate) bursts: u64,
    pub(crate) tally: Tally,
}

impl Machine {
    /// Follow addresses only.
    pub fn new(job: impl Into<Job>) -> Self {
        let job = job.into();
        let port = job.ends.iter().find_map(|end| if let End::Port(port) = end { Some(*port) } else { None });
        let beats = |port: &PortEnd| (!job.endless).then(|| job.bytes / u64::from(port.beat));
        Self {
            device: port.map(|port| Device::new(port, beats(&port))),
            addresses: [0; 2],
            at: [0; 2],
            short: false,
            control: None,
            data: None,
            kind: None,
            gate_open: false,
            entering: job.gate.is_some(),
            signalled: None,
            recent: VecDeque::new(),
            bursts: 0,
            tally: Tally::default(),
            job,
        }
    }

    /// Move `source`, the whole stream, too; the result is then in [`destination`](Self::destination).
    #[must_use]
    pub fn with_data(mut self, source: Vec<u8>) -> Self {
        assert_eq!(source.len() as u64, self.job.bytes);
        self.data = Some((source, VecDeque::new(), Vec::new()));
        self
    }

    /// The device asks for so many single beats before its first burst.
    #[must_use]
    pub fn with_early_singles(mut self, singles: u64) -> Self {
        self.short = true;
        self.device.iter_mut().for_each(|device| device.early(singles));
        self
    }

    /// What was written, in order of the stream.
    pub fn destination(&self) -> &[u8] {
        self.data.as_ref().map_or(&[], |(.., written)| written)
    }

    /// Bytes moved, of all laps.
    pub fn moved(&self) -> u64 {
        self.at[1]
    }

    /// Run `program` to its end.
    pub fn run<I: Decode>(&mut self, program: &[u8]) -> Result<Tally, Fault> {
        self.run_watched::<I>(program, u64::MAX, &mut |_| {})?;
        if self.at[0] != self.at[1] {
            return Err(Fault::Residue);
        }
        if self.at[1] != self.job.bytes {
            return Err(Fault::Incomplete);
        }
        if self.tally.events != self.job.events.len() as u64 {
            return Err(Fault::Event);
        }
        Ok(self.tally)
    }

    /// Run `program` to its end, or until it has signalled `events` events; `watch` looks on before each instruction.
    pub fn run_watched<I: Decode>(
        &mut self,
        program: &[u8],
        events: u64,
        watch: &mut dyn FnMut(Look<'_>),
    ) -> Result<Tally, Fault> {
        let limits = I::limits();
        let mut decoded: Vec<Option<(Op, usize)>> = vec![None; program.len()];
        let mut counters: Vec<Option<(usize, u32)>> = vec![None; limits.counters.into()];
        let mut pc = 0;
        while self.tally.events < events {
            let slot = decoded.get_mut(pc).ok_or(Fault::ProgramCounter)?;
            let (op, length) = match *slot {
                Some(known) => known,
                None => *slot.insert(I::decode(&program[pc..]).ok_or(Fault::Instruction)?),
            };
            watch(Look {
                pc,
                source: self.addresses[0] as u32,
                destination: self.addresses[1] as u32,
                parked: self.signalled.is_some(),
                stored: self.at[1],
                recent: &self.recent,
            });
            let next = pc + length;
            self.tally.instructions += 1;
            pc = next;
            if self.signalled.is_some() && !matches!(op, Op::WaitEvent(..)) {
                return Err(Fault::Event);
            }
            match op {
                Op::Loop(counter, times) => {
                    let place = counters.get_mut(usize::from(counter)).ok_or(Fault::Counter)?;
                    if place.is_some() || times == 0 || times > limits.iterations {
                        return Err(Fault::Counter);
                    }
                    *place = Some((next, u32::from(times) - 1));
                }
                Op::LoopEnd(counter, When::Always, jump) => {
                    let place = counters.get_mut(usize::from(counter)).ok_or(Fault::Counter)?;
                    let Some((first, left)) = place else { return Err(Fault::Counter) };
                    if jump > limits.jump || *first + usize::from(jump) + length != next {
                        return Err(Fault::Jump);
                    }
                    if *left > 0 {
                        *left -= 1;
                        pc = *first;
                    } else {
                        *place = None;
                    }
                }
                Op::LoopForeverEnd(When::Always, jump) => {
                    pc = (next - length).checked_sub(jump.into()).ok_or(Fault::Jump)?;
                    if jump > limits.jump || decoded[pc].is_none() || counters.iter().any(Option::is_some) {
                        return Err(Fault::Jump);
                    }
                }
                Op::End => {
                    if counters.iter().any(Option::is_some) {
                        return Err(Fault::Counter);
                    }
                    break;
                }
                Op::SetControl(word) => self.control = Some(I::control_of(word)),
                op => self.execute(op, limits.burst)?,
            }
        }
        if self.device.as_ref().is_some_and(|device| !device.settled()) {
            return Err(Fault::Handshake);
        }
        Ok(self.tally)
    }

    /// An instruction that is no jump.
    fn execute(&mut self, op: Op, longest: u8) -> Result<(), Fault> {
        match op {
            Op::SetAddress(side, to) => self.addresses[index(side)] = to.into(),
            // Registers of 32 bits; nothing is moved beyond the last address.
            Op::AddAddress(side, by) => self.step(side, by.into()),
            Op::SubtractAddress(_, 0) => return Err(Fault::Instruction),
            Op::SubtractAddress(side, by) if self.job.subtracts => self.step(side, u32::from(by).wrapping_neg()),
            Op::Load(when) => self.load(when, None, longest)?,
            Op::LoadPeripheral(when, line) => self.load(when, Some(line), longest)?,
            Op::Store(when) => self.store(when, None, longest)?,
            Op::StorePeripheral(when, line) => self.store(when, Some(line), longest)?,
            Op::StoreZero => self.store_zero(longest)?,
            Op::ReadBarrier => self.unlock(),
            Op::WriteBarrier => {
                self.recent.clear();
                self.unlock();
            }
            Op::SendEvent(event) if event == self.job.event => self.event()?,
            Op::SendEvent(event) => {
                if self.job.checkpoint.map(|checkpoint| checkpoint.event) != Some(event) || !self.recent.is_empty() {
                    return Err(Fault::Event);
                }
                self.signalled = Some(event);
            }
            Op::WaitEvent(event, false) => {
                if let Some(signalled) = self.signalled.take() {
                    if signalled != event {
                        return Err(Fault::Event);
                    }
                    self.tally.checkpoints += 1;
                    self.bursts = 0;
                } else if self.job.gate == Some(event) && !self.gate_open && self.recent.is_empty() {
                    self.gate_open = true;
                } else {
                    return Err(Fault::Gate);
                }
                self.unlock();
            }
            Op::WaitPeripheral(kind, line) => self.wait(kind, line)?,
            Op::FlushPeripheral(line) => self.device.as_mut().ok_or(Fault::Handshake)?.flush(line)?,
            Op::Nop => {}
            _ => return Err(Fault::Instruction),
        }
        Ok(())
    }

    fn step(&mut self, side: Side, by: u32) {
        let address = &mut self.addresses[index(side)];
        *address = (*address as u32).wrapping_add(by).into();
    }

    fn wait(&mut self, kind: RequestKind, line: u8) -> Result<(), Fault> {
        self.unlock();
        let device = self.device.as_mut().ok_or(Fault::Handshake)?;
        self.kind = Some(device.wait(line, kind)?);
        Ok(())
    }

    fn event(&mut self) -> Result<(), Fault> {
        if core::mem::take(&mut self.entering) {
            let shut = core::mem::take(&mut self.gate_open) && self.at == [0; 2] && self.recent.is_empty();
            return if shut { Ok(()) } else { Err(Fault::Gate) };
        }
        let (lap, due) = (self.job.bytes, self.job.events.len() as u64);
        let (laps, nth) = (self.tally.events / due, self.tally.events % due);
        if laps > 0 && !self.job.endless {
            return Err(Fault::Event);
        }
        let at = laps * lap + self.job.events[nth as usize];
        let complete = if self.short { self.at[0] == self.at[1] } else { self.at == [at; 2] };
        if !complete || !self.recent.is_empty() {
            return Err(Fault::EarlyEvent);
        }
        self.gate_open = false;
        self.tally.events += 1;
        Ok(())
    }
}

pub(crate) fn index(side: Side) -> usize {
    match side {
        Side::Source => 0,
        Side::Destination => 1,
    }
}
