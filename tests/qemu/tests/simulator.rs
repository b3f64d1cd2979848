//! The same programs on QEMU's controller and on ours: memory, addresses, states, faults and counters must agree.
//!
//! Left out is what QEMU is known to do otherwise: the program counter after an end or a bad operand, the destination
//! after a store that found no data (QEMU counts it), and data that a faulting thread leaves in the FIFO.

use std::sync::Arc;

use linkwright::dma::plan::{self, Attributes, CopyRequest};
use linkwright::dma::{Controller, ThreadState};
use linkwright::microcode::{Access, Control, Isa, Op, Side, When};
use linkwright::mmio::{Bounded, Bus, Io, Value};
use linkwright_exynos4210::{mdma1, pdma0};
use linkwright_pl330::{Microcode, Pl330, regs};
use linkwright_sim::{Config, Outcome, Pl330Sim, SimMemory};
use qemu::{Machine, QtestBus, Random, ZYNQ};

/// Bytes compared around each destination.
const AREA: u32 = 0x1_0000;

const PDMA0: u32 = pdma0::BASE as u32;
const MDMA1: u32 = mdma1::BASE as u32;
const EXYNOS_RAM: u32 = 0x4000_0000;

/// What a thread's registers say after a program.
#[derive(PartialEq, Eq, Debug)]
struct Registers {
    source: u32,
    destination: u32,
    control: u32,
    status: u32,
    fault: u32,
    loops: [u32; 2],
    faulting: u32,
    interrupts: u32,
    raw_events: u32,
}

impl Registers {
    fn of<B: Bus<u32> + Sync + 'static>(dmac: &Pl330<B>, thread: u8) -> Self {
        let (bus, at) = (dmac.bus(), Bounded::saturating(thread.into()));
        Self {
            source: bus.read(regs::CHANNEL_SAR.at(at)).word(),
            destination: bus.read(regs::CHANNEL_DAR.at(at)).word(),
            control: bus.read(regs::CHANNEL_CCR.at(at)).word(),
            status: bus.read(regs::CHANNEL_STATUS_CSR.at(at)).word(),
            fault: bus.read(regs::FTR.at(at)).word(),
            loops: [bus.read(regs::CHANNEL_LC0.at(at)).word(), bus.read(regs::CHANNEL_LC1.at(at)).word()],
            faulting: bus.read(regs::FSRC).word(),
            interrupts: bus.read(regs::INTMIS).word(),
            raw_events: bus.read(regs::INT_EVENT_RIS).word(),
        }
    }
}

/// The two of them side by side.
struct Pairing {
    machine: &'static Machine,
    theirs: Pl330<QtestBus>,
    ours: Pl330<&'static Pl330Sim>,
    random: Random,
    memory: Memory,
}

/// Where things lie.
#[derive(Clone, Copy)]
struct Memory {
    program: u32,
    source: u32,
    destination: u32,
}

impl Memory {
    const fn at(ram: u32) -> Self {
        Self { program: ram + 0x10_0000, source: ram + 0x20_0000, destination: ram + 0x30_0000 }
    }
}

impl Drop for Pairing {
    fn drop(&mut self) {
        self.machine.stop();
    }
}

impl Pairing {
    /// On QEMU's integration of the Zynq-7000's controller, which is not quite the chip's.
    fn zynq(seed: u64) -> Self {
        let config = Config { fifo_lines: 256, icache_line: 4, ..Config::zynq7000() };
        Self::new("xilinx-zynq-a9", ZYNQ, 0, config, seed)
    }

    fn new(kind: &str, base: u32, ram: u32, config: Config, seed: u64) -> Self {
        let machine: &'static Machine = Box::leak(Box::new(Machine::start(kind).unwrap_or_else(|e| panic!("{e}"))));
        let memory = Memory::at(ram);
        let board = SimMemory::new().with_ram(memory.program, 0x1000);
        let board = board.with_ram(memory.source, AREA).with_ram(memory.destination, AREA);
        let sim = Box::leak(Box::new(Pl330Sim::new(config, Arc::new(board)).unwrap()));
        let (theirs, ours) = (Pl330::new(QtestBus::new(machine, base)), Pl330::new(&*sim));
        assert_eq!(theirs.capabilities(), ours.capabilities());
        theirs.enable_interrupts(1);
        ours.enable_interrupts(1);
        Self { machine, theirs, ours, random: Random::new(seed), memory }
    }

    fn poke(&self, address: u32, bytes: &[u8]) {
        self.machine.write(address, bytes);
        self.ours.bus().memory().poke(address, bytes).unwrap();
    }

    /// Run a program on the same thread of both, in the same memory; what both then show.
    fn run(&mut self, thread: u8, program: &[u8]) -> Registers {
        let mut bytes = vec![0; AREA as usize];
        for area in [self.memory.source, self.memory.destination] {
            self.random.fill(&mut bytes);
            self.poke(area, &bytes);
        }
        self.poke(self.memory.program, program);
        let text = || listing(program);
        self.theirs.start(thread, self.memory.program, false, 10).unwrap();
        self.ours.start(thread, self.memory.program, false, 1000).unwrap();
        assert_eq!(self.ours.bus().run_until_idle(10_000_000), Outcome::Idle, "{}", text());
        let (mut theirs, ours) = (Registers::of(&self.theirs, thread), Registers::of(&self.ours, thread));
        if Value::<regs::Ftr>::from_word(ours.fault).get(regs::Ftr::ST_DATA_UNAVAILABLE) {
            theirs.destination = ours.destination;
        }
        assert_eq!(theirs, ours, "QEMU's and ours, after\n{}", text());
        let mut found = vec![0; AREA as usize];
        self.machine.read(self.memory.destination, &mut found);
        let differs = found
            .iter()
            .zip(self.ours.bus().memory().dump(self.memory.destination, AREA as usize))
            .position(|(a, b)| *a != b);
        assert_eq!(differs, None, "memory at offset {differs:x?}, after\n{}", text());
        for dmac in [&self.theirs as &dyn Clear, &self.ours] {
            dmac.clear(ours.interrupts);
        }
        ours
    }

    /// Bring a faulting thread back on both.
    fn kill(&self, thread: u8) {
        self.theirs.kill(thread, 10).unwrap();
        self.ours.kill(thread, 1000).unwrap();
        assert_eq!(self.ours.bus().run_until_idle(100_000), Outcome::Idle);
        assert_eq!(self.theirs.state(thread), ThreadState::Stopped);
        assert_eq!(self.ours.state(thread), ThreadState::Stopped);
    }

    /// Nothing happened in the simulator that silicon would not forgive.
    fn clean(&self) {
        let seen = self.ours.bus().memory().violations().take();
        assert!(seen.is_empty(), "{seen:?}");
    }
}

trait Clear {
    fn clear(&self, events: u32);
}

impl<B: Bus<u32> + Sync + 'static> Clear for Pl330<B> {
    fn clear(&self, events: u32) {
        self.clear_interrupts(events);
    }
}

fn assemble(ops: &[Op]) -> Vec<u8> {
    ops.iter().flat_map(|op| Microcode::encode(*op).unwrap_or_else(|e| panic!("{e}")).as_bytes().to_vec()).collect()
}

fn listing(program: &[u8]) -> String {
    let (mut at, mut text) = (0, String::new());
    while at < program.len() {
        text += &format!("{at:4} ");
        let Some(length) = Microcode::disassemble(&program[at..], &mut text) else { break };
        text += "\n";
        at += length;
    }
    text
}

fn side(beat: u8, burst: u8) -> Access {
    Access { increment: true, beat, burst, cache: 0, protection: 0 }
}

fn control(source: Access, destination: Access) -> Op {
    Op::SetControl(Microcode::control(&Control { source, destination, swap: 1 }))
}

fn planned_copies(mut both: Pairing) {
    let memory = both.memory;
    let has = both.theirs.capabilities();
    for round in 0..100 {
        let random = &mut both.random;
        let bytes = random.length(40_000);
        let lines = u32::from(has.fifo_lines) - 3;
        let request = CopyRequest {
            source: memory.source + random.up_to(255),
            destination: memory.destination + random.up_to(4095),
            bytes,
            bus_bytes: has.bus_bytes,
            fifo_lines: 3 + if random.up_to(1) == 0 { lines } else { random.up_to(lines.min(20)) } as u16,
            event: 0,
            source_attributes: Attributes { cache: random.up_to(7) as u8, protection: random.up_to(1) as u8 },
            destination_attributes: Attributes { cache: random.up_to(7) as u8, protection: random.up_to(1) as u8 },
            barriers: random.up_to(3) == 0,
        };
        let mut program = [0; 256];
        let plan = plan::copy::<Microcode>(&request, &mut program).unwrap_or_else(|e| panic!("{request:?}: {e}"));
        let after = both.run(round % 8, &program[..plan.len.into()]);
        assert_eq!((after.source, after.destination), (request.source + bytes, request.destination + bytes));
        assert_eq!((after.status & 0xf, after.fault, after.interrupts), (0, 0, 1));
        let board = both.ours.bus().memory();
        assert_eq!(board.dump(request.source, bytes as usize), board.dump(request.destination, bytes as usize));
        // What the planner said the program needs is what it needed.
        assert_eq!(both.ours.bus().channel(round % 8).fifo, plan.fifo, "{request:?}");
    }
    both.clean();
}

#[test]
fn planned_copies_on_the_zynq_7000() {
    planned_copies(Pairing::zynq(1));
}

#[test]
fn planned_copies_on_a_32_bit_bus() {
    planned_copies(Pairing::new("smdkc210", PDMA0, EXYNOS_RAM, Config::exynos4210_pdma(), 11));
}

#[test]
fn planned_copies_with_a_small_fifo() {
    planned_copies(Pairing::new("smdkc210", MDMA1, EXYNOS_RAM, Config::exynos4210_mdma(), 12));
}

/// A program of blocks, each of which loads as many bytes as it stores.
fn random_program(random: &mut Random, memory: Memory) -> Vec<u8> {
    let mut program = Vec::new();
    let emit = |program: &mut Vec<u8>, ops: &[Op]| program.extend(assemble(ops));
    for _ in 0..=random.up_to(2) {
        let (from, to) = (1 << random.up_to(3), 1 << random.up_to(3));
        // So many bytes a pass on both sides, in bursts of each side's own kind.
        let pass = 16 * u32::from(from.max(to)) / (1 << random.up_to(2));
        let (loads, stores) = (pass / u32::from(from), pass / u32::from(to));
        let (load_burst, store_burst) = (loads.min(1 << random.up_to(4)), stores.min(1 << random.up_to(4)));
        let align = u32::from(from.max(to));
        emit(
            &mut program,
            &[
                Op::SetAddress(Side::Source, memory.source + random.up_to(0x1000) * align),
                Op::SetAddress(Side::Destination, memory.destination + random.up_to(0x1000) * align),
                control(side(from, load_burst as u8), side(to, store_burst as u8)),
            ],
        );
        let (outer, inner) = (1 + random.up_to(3) as u16, 1 + random.up_to(5) as u16);
        emit(&mut program, &[Op::Loop(1, outer)]);
        let first = program.len();
        emit(&mut program, &[Op::Loop(0, inner)]);
        let second = program.len();
        for _ in 0..loads / load_burst {
            emit(&mut program, &[Op::Load(When::Always)]);
        }
        if random.up_to(2) == 0 {
            emit(&mut program, &[Op::ReadBarrier]);
        }
        for _ in 0..stores / store_burst {
            emit(&mut program, &[Op::Store(When::Always)]);
        }
        if random.up_to(2) == 0 {
            emit(&mut program, &[Op::WriteBarrier, Op::Nop]);
        }
        if random.up_to(1) == 0 {
            emit(&mut program, &[Op::AddAddress(Side::Source, (random.up_to(8) * align) as u16)]);
        }
        let end = Op::LoopEnd(0, When::Always, (program.len() - second) as u8);
        emit(&mut program, &[end]);
        if random.up_to(1) == 0 {
            emit(&mut program, &[Op::SubtractAddress(Side::Destination, (align + random.up_to(8) * align) as u16)]);
        }
        let end = Op::LoopEnd(1, When::Always, (program.len() - first) as u8);
        emit(&mut program, &[end]);
    }
    emit(&mut program, &[Op::WriteBarrier, Op::SendEvent(random.up_to(15) as u8), Op::End]);
    program
}

#[test]
fn random_programs() {
    let mut both = Pairing::zynq(2);
    for round in 0..150 {
        let program = random_program(&mut both.random, both.memory);
        let after = both.run(round % 8, &program);
        assert_eq!((after.status & 0xf, after.fault), (0, 0), "{}", listing(&program));
    }
    both.clean();
}

#[test]
fn zeros_and_gathered_rows() {
    let mut both = Pairing::zynq(3);
    let memory = both.memory;
    // QEMU loses stores of zeros when its queue is full: let each be written before the next.
    let zeros = assemble(&[
        Op::SetAddress(Side::Destination, memory.destination + 64),
        control(side(8, 16), side(8, 16)),
        Op::Loop(0, 20),
        Op::StoreZero,
        Op::WriteBarrier,
        Op::LoopEnd(0, When::Always, 2),
        Op::End,
    ]);
    let after = both.run(0, &zeros);
    assert_eq!(after.destination, memory.destination + 64 + 20 * 128);
    assert_eq!(both.ours.bus().memory().dump(memory.destination + 64, 20 * 128), [0; 20 * 128]);
    let rows = assemble(&[
        control(side(8, 8), side(8, 8)),
        Op::SetAddress(Side::Source, memory.source),
        Op::SetAddress(Side::Destination, memory.destination),
        Op::Loop(0, 16),
        Op::Load(When::Always),
        Op::Store(When::Always),
        Op::AddAddress(Side::Source, 192),
        Op::LoopEnd(0, When::Always, 5),
        Op::WriteBarrier,
        Op::SendEvent(0),
        Op::End,
    ]);
    let after = both.run(1, &rows);
    assert_eq!((after.source, after.destination), (memory.source + 16 * 256, memory.destination + 16 * 64));
    both.clean();
}

#[test]
fn faults() {
    let mut both = Pairing::zynq(4);
    let memory = both.memory;
    let prologue = [
        Op::SetAddress(Side::Source, memory.source + 5),
        Op::SetAddress(Side::Destination, memory.destination + 3),
        control(side(1, 3), side(1, 3)),
        Op::Loop(1, 7),
        Op::Loop(0, 200),
        Op::Load(When::Always),
        Op::Store(When::Always),
        Op::WriteBarrier,
    ];
    // A fault in the first pass: the counters stand where they began.
    let (undefined, operand, no_data) =
        (vec![0xff], assemble(&[Op::SendEvent(31)]), assemble(&[Op::Store(When::Always)]));
    for (bytes, fault) in [(undefined, 1 << 0), (operand, 1 << 1), (no_data, 1 << 13)] {
        let program = [assemble(&prologue), bytes, assemble(&[Op::End])].concat();
        let after = both.run(2, &program);
        assert_eq!((after.fault, after.faulting, after.status & 0xf), (fault, 1 << 2, 15));
        assert_eq!((after.source, after.loops), (memory.source + 8, [199, 6]));
        both.kill(2);
    }
    // An operand byte whose low bits must be zero.
    let mut crooked = assemble(&[Op::SendEvent(1), Op::End]);
    crooked[1] |= 1;
    let after = both.run(3, &crooked);
    assert_eq!(after.fault, 1 << 1);
    both.kill(3);
    // What faulted works again.
    let copy = assemble(&[&prologue[..3], &[Op::Load(When::Always), Op::Store(When::Always), Op::End]].concat());
    for thread in [2, 3] {
        assert_eq!(both.run(thread, &copy).fault, 0);
    }
}

#[test]
fn parked_threads_and_their_wake_up() {
    let mut both = Pairing::zynq(5);
    let memory = both.memory;
    let program = assemble(&[
        Op::SetAddress(Side::Source, memory.source),
        Op::SetAddress(Side::Destination, memory.destination),
        control(side(4, 4), side(4, 4)),
        Op::Loop(0, 3),
        Op::WaitEvent(9, false),
        Op::Load(When::Always),
        Op::Store(When::Always),
        Op::WriteBarrier,
        Op::LoopEnd(0, When::Always, 5),
        Op::End,
    ]);
    let after = both.run(4, &program);
    assert_eq!((after.status & 0xf, after.status >> 4 & 0x1f, after.loops[0]), (4, 9, 2));
    for moved in 1..=3 {
        both.theirs.send_event(9, 10).unwrap();
        both.ours.send_event(9, 1000).unwrap();
        assert_eq!(both.ours.bus().run_until_idle(100_000), Outcome::Idle);
        let (theirs, ours) = (Registers::of(&both.theirs, 4), Registers::of(&both.ours, 4));
        assert_eq!(theirs, ours);
        assert_eq!(ours.destination, memory.destination + 16 * moved);
    }
    assert_eq!(both.theirs.state(4), ThreadState::Stopped);
    // Parked again, and killed there.
    both.run(4, &program);
    both.kill(4);
    assert_eq!(Registers::of(&both.theirs, 4), Registers::of(&both.ours, 4));
    let nothing: Value<regs::Fsrc> = both.ours.bus().read(regs::FSRC);
    assert_eq!(nothing.word(), 0);
    both.clean();
}
