use std::ops::Deref;
use std::sync::Arc;

use linkwright::dma::{Controller, FaultCause, FaultCauses};
use linkwright::microcode::{Access, Control, Isa, Op, Side, When};
use linkwright::mmio::Io;
use linkwright_pl330::regs::{self, ThreadState};
use linkwright_pl330::{Microcode, Pl330};
use linkwright_sim::{Config, Outcome, Pl330Sim, SimMemory, Violation};

/// Where programs are, 4 KiB for each channel.
pub(crate) const PROGRAMS: u32 = 0x0010_0000;
/// Where sources are.
pub(crate) const SOURCE: u32 = 0x0020_0000;
/// Where destinations are.
pub(crate) const DESTINATION: u32 = 0x0040_0000;
/// Bytes at each of the latter two.
pub(crate) const ROOM: u32 = 0x0012_0000;
/// Longest time any test takes.
pub(crate) const LONG: u64 = 100_000_000;
/// Where nothing answers.
pub(crate) const NOWHERE: u32 = 0x9000_0000;

/// A controller with memory, driven by the generated code.
pub(crate) struct Board {
    pub(crate) sim: &'static Pl330Sim,
    pub(crate) driver: Pl330<&'static Pl330Sim>,
}

impl Deref for Board {
    type Target = Pl330Sim;
    fn deref(&self) -> &Pl330Sim {
        self.sim
    }
}

pub(crate) fn zynq() -> Board {
    Board::new(Config::zynq7000())
}

impl Board {
    pub(crate) fn new(config: Config) -> Self {
        Self::with_memory(config, SimMemory::new())
    }

    pub(crate) fn with_memory(config: Config, memory: SimMemory) -> Self {
        let memory = memory.with_ram(PROGRAMS, 0x8000).with_ram(SOURCE, ROOM).with_ram(DESTINATION, ROOM);
        let sim: &'static Pl330Sim = Box::leak(Box::new(Pl330Sim::new(config, Arc::new(memory)).unwrap()));
        Self { sim, driver: Pl330::new(sim) }
    }

    /// From here on, violations are kept.
    pub(crate) fn tolerant(self) -> Self {
        self.memory().violations().collect();
        self
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.memory().violations().take()
    }

    pub(crate) fn write_program(&self, channel: u8, bytes: &[u8]) -> u32 {
        let address = PROGRAMS + u32::from(channel) * 0x1000;
        self.memory().poke(address, bytes).unwrap();
        address
    }

    pub(crate) fn start_bytes(&self, channel: u8, bytes: &[u8]) {
        let program = self.write_program(channel, bytes);
        self.driver.start(channel, program, false, 100).unwrap();
    }

    pub(crate) fn start(&self, channel: u8, ops: &[Op]) {
        self.start_bytes(channel, &program(ops));
    }

    pub(crate) fn start_non_secure(&self, channel: u8, ops: &[Op]) {
        let program = self.write_program(channel, &program(ops));
        self.driver.start(channel, program, true, 100).unwrap();
    }

    /// Run a program of channel 0 to its end, or to where nothing happens any more.
    pub(crate) fn run_program(&self, ops: &[Op]) {
        self.start(0, ops);
        self.settle();
    }

    pub(crate) fn settle(&self) {
        assert_eq!(self.run_until_idle(LONG), Outcome::Idle, "still busy: {:?}", self.sim);
    }

    pub(crate) fn state(&self, channel: u8) -> ThreadState {
        self.channel(channel).state
    }

    /// Run until `channel` is in `state`.
    pub(crate) fn reach(&self, channel: u8, state: ThreadState) {
        let outcome = self.run_until(channel, LONG, |c| c.state == state);
        assert_eq!(outcome, Outcome::Reached, "channel {channel} is {:?}", self.channel(channel));
    }

    /// The channel faults for exactly these causes, and its registers say so.
    pub(crate) fn expect_fault(&self, channel: u8, causes: &[FaultCause]) {
        self.reach(channel, ThreadState::Faulting);
        let expected = causes.iter().fold(FaultCauses::NONE, |set, cause| set.with(*cause));
        assert_eq!(self.driver.fault(channel), expected);
        assert_eq!(self.driver.faulting(), 1 << channel);
        assert!(self.abort_line());
    }

    /// What the manager's fault register says.
    pub(crate) fn manager_fault(&self) -> u32 {
        self.sim.read(regs::FTRD).word()
    }

    pub(crate) fn fill_source(&self, bytes: u32) -> Vec<u8> {
        let data: Vec<u8> = (0..bytes).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8).collect();
        self.memory().poke(SOURCE, &data).unwrap();
        data
    }
}

/// The bytes of a program.
pub(crate) fn program(ops: &[Op]) -> Vec<u8> {
    ops.iter().flat_map(|op| Microcode::encode(*op).unwrap().as_bytes().to_vec()).collect()
}

/// Incrementing bursts.
pub(crate) fn bursts(beat: u8, burst: u8) -> Access {
    Access { increment: true, beat, burst, cache: 0, protection: 0 }
}

/// Bursts that stay at their address.
pub(crate) fn fixed(beat: u8, burst: u8) -> Access {
    Access { increment: false, ..bursts(beat, burst) }
}

pub(crate) fn control(source: Access, destination: Access) -> Op {
    Op::SetControl(Microcode::control(&Control { source, destination, swap: 1 }))
}

pub(crate) fn source(address: u32) -> Op {
    Op::SetAddress(Side::Source, address)
}

pub(crate) fn destination(address: u32) -> Op {
    Op::SetAddress(Side::Destination, address)
}

pub(crate) const LD: Op = Op::Load(When::Always);
pub(crate) const ST: Op = Op::Store(When::Always);
pub(crate) const WMB: Op = Op::WriteBarrier;
pub(crate) const END: Op = Op::End;

/// A loop around `body`.
pub(crate) fn repeat(counter: u8, times: u16, body: &[Op]) -> Vec<Op> {
    let jump = program(body).len() as u8;
    let mut ops = vec![Op::Loop(counter, times)];
    ops.extend_from_slice(body);
    ops.push(Op::LoopEnd(counter, When::Always, jump));
    ops
}

/// An endless loop around `body`.
pub(crate) fn forever(body: &[Op]) -> Vec<Op> {
    let mut ops = body.to_vec();
    ops.push(Op::LoopForeverEnd(When::Always, program(body).len() as u8));
    ops
}

/// What makes a copy of bus-wide bursts: control, source, destination.
pub(crate) fn aligned_copy() -> [Op; 3] {
    [control(bursts(8, 16), bursts(8, 16)), source(SOURCE), destination(DESTINATION)]
}

pub(crate) fn concat(parts: &[&[Op]]) -> Vec<Op> {
    parts.concat()
}
