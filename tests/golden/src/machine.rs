use std::collections::VecDeque;
use std::fmt;

use linkwright::dma::plan::CopyRequest;
use linkwright::microcode::{Access, Control, Op, Side, When};

use crate::Decode;

/// What a correct copy program must not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Not an instruction, or one that a copy has no use for.
    Instruction,
    /// Left the program.
    ProgramCounter,
    /// A loop counter above the limit, a counter that does not exist, or one inside itself.
    Counter,
    /// A jump too far, or to anywhere but the loop's first instruction.
    Jump,
    /// A load outside the source range.
    Read,
    /// A store outside the destination range.
    Write,
    /// A burst before any control word, beyond the bus width or the longest burst, or on a fixed address.
    Access,
    /// A store of more than the FIFO holds.
    Underflow,
    /// More lines than the FIFO has.
    Overflow,
    /// Bytes left in the FIFO at the end.
    Residue,
    /// Not exactly one event, or the wrong one.
    Event,
    /// The event was signalled before all writes were waited for, or before the last one.
    EarlyEvent,
    /// Not everything was moved.
    Incomplete,
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
    /// Bursts as the bus sees them: those that cross a multiple of 4 KiB count twice.
    pub bus_bursts: u64,
    /// Most FIFO lines in use while other programs may load.
    pub resident: u64,
    /// Most FIFO lines in use.
    pub peak: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:>7} {:>7}", self.instructions, self.loads, self.stores)
    }
}

/// What the program is to do, and what there is to do it with.
#[derive(Clone, Copy, Debug)]
pub struct Copy {
    source: u32,
    destination: u32,
    bytes: u32,
    bus: u32,
    fifo_lines: u64,
    event: u8,
}

impl From<&CopyRequest> for Copy {
    fn from(r: &CopyRequest) -> Self {
        Self {
            source: r.source,
            destination: r.destination,
            bytes: r.bytes,
            bus: r.bus_bytes.into(),
            fifo_lines: r.fifo_lines.into(),
            event: r.event,
        }
    }
}

/// Executes a copy program. With data, bytes really move; without, only their addresses are followed, which proves
/// the same (both sides run through their range in order, exactly once) at any length.
pub struct Machine {
    copy: Copy,
    addresses: [u64; 2],
    control: Option<Control>,
    fill: u64,
    data: Option<(Vec<u8>, VecDeque<u8>, Vec<u8>)>,
    lock: bool,
    written: bool,
    events: u32,
    tally: Tally,
}

impl Machine {
    /// Follow addresses only.
    pub fn new(copy: impl Into<Copy>) -> Self {
        let copy = copy.into();
        Self {
            copy,
            addresses: [0; 2],
            control: None,
            fill: 0,
            data: None,
            lock: false,
            written: true,
            events: 0,
            tally: Tally::default(),
        }
    }

    /// Move `source` too; the result is then in [`destination`](Self::destination).
    #[must_use]
    pub fn with_data(mut self, source: Vec<u8>) -> Self {
        assert_eq!(source.len(), self.copy.bytes as usize);
        self.data = Some((source, VecDeque::new(), Vec::new()));
        self
    }

    /// What was written, in order of address.
    pub fn destination(&self) -> &[u8] {
        self.data.as_ref().map_or(&[], |(.., written)| written)
    }

    /// Run `program` to its end.
    pub fn run<I: Decode>(&mut self, program: &[u8]) -> Result<Tally, Fault> {
        let limits = I::limits();
        let mut decoded: Vec<Option<(Op, usize)>> = vec![None; program.len()];
        let mut counters: Vec<Option<(usize, u32)>> = vec![None; limits.counters.into()];
        let mut pc = 0;
        loop {
            let slot = decoded.get_mut(pc).ok_or(Fault::ProgramCounter)?;
            let (op, length) = match *slot {
                Some(known) => known,
                None => *slot.insert(I::decode(&program[pc..]).ok_or(Fault::Instruction)?),
            };
            let next = pc + length;
            self.tally.instructions += 1;
            pc = next;
            match op {
                Op::SetAddress(side, to) => self.addresses[index(side)] = to.into(),
                Op::SetControl(word) => self.control = Some(I::control_of(word)),
                Op::Load(When::Always) => self.load(limits.burst)?,
                Op::Store(When::Always) => self.store(limits.burst)?,
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
                Op::ReadBarrier => self.unlock(),
                Op::WriteBarrier => {
                    self.written = true;
                    self.unlock();
                }
                Op::SendEvent(event) => {
                    if event != self.copy.event || self.events > 0 {
                        return Err(Fault::Event);
                    }
                    if !self.written || !self.complete() {
                        return Err(Fault::EarlyEvent);
                    }
                    self.events += 1;
                }
                Op::Nop => {}
                Op::End => break,
                _ => return Err(Fault::Instruction),
            }
        }
        if self.fill != 0 {
            return Err(Fault::Residue);
        }
        if !self.complete() {
            return Err(Fault::Incomplete);
        }
        if self.events != 1 || counters.iter().any(Option::is_some) {
            return Err(Fault::Event);
        }
        Ok(self.tally)
    }

    /// Both addresses stand behind their range.
    fn complete(&self) -> bool {
        let bytes = u64::from(self.copy.bytes);
        self.addresses == [u64::from(self.copy.source) + bytes, u64::from(self.copy.destination) + bytes]
    }

    /// Lines that the bytes waiting to be written touch.
    fn lines(&self) -> u64 {
        let (first, bus) = (self.addresses[1], u64::from(self.copy.bus));
        if self.fill == 0 { 0 } else { (first + self.fill - 1) / bus - first / bus + 1 }
    }

    fn unlock(&mut self) {
        self.lock = false;
        self.tally.resident = self.tally.resident.max(self.lines());
    }

    /// The length of the next burst on a side, when it lies inside the range.
    fn burst(&mut self, side: Side, longest: u8) -> Result<u64, Fault> {
        let control = self.control.ok_or(Fault::Access)?;
        let Access { increment, beat, burst, .. } = match side {
            Side::Source => control.source,
            Side::Destination => control.destination,
        };
        if !increment || u32::from(beat) > self.copy.bus || burst == 0 || burst > longest || control.swap != 1 {
            return Err(Fault::Access);
        }
        let address = self.addresses[index(side)];
        let bytes = u64::from(beat) * u64::from(burst) - address % u64::from(beat);
        let first = u64::from([self.copy.source, self.copy.destination][index(side)]);
        if address < first || address + bytes > first + u64::from(self.copy.bytes) {
            return Err(match side {
                Side::Source => Fault::Read,
                Side::Destination => Fault::Write,
            });
        }
        self.tally.beats += u64::from(burst);
        self.tally.bus_bursts += 1 + u64::from(address / 4096 != (address + bytes - 1) / 4096);
        self.addresses[index(side)] += bytes;
        Ok(bytes)
    }

    fn load(&mut self, longest: u8) -> Result<(), Fault> {
        let from = (self.addresses[0] - u64::from(self.copy.source).min(self.addresses[0])) as usize;
        let bytes = self.burst(Side::Source, longest)?;
        self.fill += bytes;
        if let Some((source, fifo, _)) = &mut self.data {
            fifo.extend(&source[from..from + bytes as usize]);
        }
        self.lock = true;
        self.tally.loads += 1;
        self.tally.peak = self.tally.peak.max(self.lines());
        if self.lines() > self.copy.fifo_lines { Err(Fault::Overflow) } else { Ok(()) }
    }

    fn store(&mut self, longest: u8) -> Result<(), Fault> {
        let bytes = self.burst(Side::Destination, longest)?;
        self.fill = self.fill.checked_sub(bytes).ok_or(Fault::Underflow)?;
        if let Some((_, fifo, destination)) = &mut self.data {
            destination.extend(fifo.drain(..bytes as usize));
        }
        self.written = false;
        self.tally.stores += 1;
        self.unlock();
        Ok(())
    }
}

fn index(side: Side) -> usize {
    match side {
        Side::Source => 0,
        Side::Destination => 1,
    }
}
