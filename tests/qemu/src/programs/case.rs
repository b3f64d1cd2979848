use linkwright::dma::plan::{
    self, Attributes, Block, Checkpoint, End, Handshake, PlanError, PortEnd, Program, Request, Setup, Snapshot, Tail,
    Work,
};
use linkwright::dma::{Controller, ThreadState};
use linkwright_pl330::Microcode;

use super::{Model, Rig, Tally};
use crate::Random;
use crate::text::listing;

/// Shapes.
pub(super) const KINDS: [&str; 6] = ["blocks", "lists", "rectangles", "fills", "fixed addresses", "endless"];

/// The place of "fixed addresses" in them.
const PORTS: usize = 4;

/// Events of a case; no instance has fewer than 16.
const EVENT: u8 = 3;
const CHECKPOINT: u8 = 9;
const GATE: u8 = 12;

/// Room for a program and its table.
const ROOM: usize = 16 << 10;

/// One program to plan and to run.
#[derive(Clone, Debug)]
pub struct Case {
    kind: usize,
    thread: u8,
    setup: Setup,
    source: End,
    destination: End,
    shape: Shape,
    /// It is to stop at its first checkpoint.
    pause: bool,
    /// Periods that an endless one is let go.
    periods: u32,
}

/// [`Work`] that owns its blocks.
#[derive(Clone, Debug)]
enum Shape {
    Blocks(Vec<Block>, u16),
    Rect { source: u32, destination: u32, row_bytes: u32, rows: u32, source_pitch: i32, destination_pitch: i32 },
    Cyclic { block: Block, period_bytes: u32 },
}

impl Shape {
    fn work(&self) -> Work<'_> {
        match *self {
            Self::Blocks(ref blocks, event_every) => Work::Blocks { blocks, event_every },
            Self::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch } => {
                Work::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch }
            }
            Self::Cyclic { block, period_bytes } => Work::Cyclic { block, period_bytes, gate: Some(GATE) },
        }
    }
}

impl Case {
    /// A case that fits the instance.
    pub fn random(random: &mut Random, rig: &Rig) -> Self {
        let bus = rig.capabilities.bus_bytes;
        let lines = rig.capabilities.fifo_lines;
        let kind = random.up_to(KINDS.len() as u32 - 1) as usize;
        let (source, destination) = match kind {
            3 if random.up_to(1) == 0 => (End::Zero, End::Memory),
            3 => (End::Pattern(rig.pattern), End::Memory),
            4 if random.up_to(1) == 0 => (End::Memory, port(random, rig)),
            4 => (port(random, rig), End::Memory),
            _ => (End::Memory, End::Memory),
        };
        let beat = match (source, destination) {
            (End::Port(port), _) | (_, End::Port(port)) => u32::from(port.beat),
            _ => 1,
        };
        let mut at = Cursor { random, source: rig.source, destination: rig.destination, beat };
        let form = if kind < 3 { kind as u32 } else { at.random.up_to(2) };
        let shape = match (kind, form) {
            (5, _) => at.cyclic(),
            (_, 0) => Shape::Blocks(vec![at.block(16)], 0),
            (_, 1) => at.list(),
            (_, _) => at.rect(),
        };
        let [source, destination] = [source, destination].map(|end| end_for(end, &shape));
        let paused = random.up_to(3) == 0 && kind != 5;
        let checkpoint = (paused || random.up_to(7) == 0 && kind != 5)
            .then(|| Checkpoint { event: CHECKPOINT, bursts: random.length(24) as u16 });
        let fifo_lines = if random.up_to(2) == 0 { 18 + random.up_to(u32::from(lines) - 18) as u16 } else { lines };
        let attributes =
            |random: &mut Random| Attributes { cache: random.up_to(7) as u8, protection: random.up_to(1) as u8 };
        Self {
            kind,
            thread: random.up_to(u32::from(rig.capabilities.threads) - 1) as u8,
            setup: Setup {
                bus_bytes: bus,
                fifo_lines,
                event: EVENT,
                source_attributes: attributes(random),
                destination_attributes: attributes(random),
                barriers: random.up_to(3) == 0,
                subtracts: true,
                checkpoint,
            },
            source,
            destination,
            shape,
            pause: paused,
            periods: 1 + random.up_to(11),
        }
    }

    /// The distance, in bytes moved, of the places that one address of the side that tells can mean, if these are several.
    fn apart(&self) -> Option<u32> {
        let Shape::Rect { row_bytes, rows: 2.., source_pitch, destination_pitch, .. } = self.shape else { return None };
        let pitch = if self.destination == End::Memory { destination_pitch } else { source_pitch };
        (pitch.unsigned_abs() < row_bytes).then(|| row_bytes.wrapping_sub(pitch as u32))
    }

    /// Plan it, run it, compare memory.
    ///
    /// # Panics
    /// When anything is not as the case says.
    pub fn run(&self, rig: &Rig, tally: &mut Tally) {
        let request =
            Request { setup: self.setup, source: self.source, destination: self.destination, work: self.shape.work() };
        let mut out = vec![0; ROOM];
        let program = match plan::transfer::<Microcode>(&request, &mut out) {
            Ok(program) => program,
            Err(PlanError::FifoTooSmall | PlanError::JumpTooFar | PlanError::TooLong { .. }) => {
                tally.refused += 1;
                return;
            }
            // Requests of a device cannot be parted just anywhere.
            Err(PlanError::PartialBurst { .. } | PlanError::EarlyEnd | PlanError::Misaligned(_))
                if self.kind == PORTS =>
            {
                tally.refused += 1;
                return;
            }
            Err(error) => panic!("{error}: {self:#x?}"),
        };
        let model = Model::of(self.source, self.destination, &self.shape.work(), rig);
        assert_eq!(program.bytes, model.bytes(), "{self:#x?}");
        assert!(program.fifo.peak() <= self.setup.fifo_lines, "{self:#x?}");
        out.truncate(program.size.into());
        let mut run = Run { case: self, rig, program, text: out, model, tally };
        run.model.prepare(rig);
        rig.machine.write(rig.program, &run.text);
        let stops = if self.pause { 1 << CHECKPOINT } else { 0 };
        rig.controller.enable_interrupts(1 << EVENT | stops);
        rig.controller.start(self.thread, rig.program, false, 10).expect("the command interface is free");
        if program.endless {
            run.endless()
        } else {
            run.finite()
        }
        rig.controller.clear_interrupts(u32::MAX);
        run.tally.ran[self.kind] += 1;
        run.tally.bytes += u64::from(program.bytes);
    }
}

/// A program on its way.
struct Run<'a> {
    case: &'a Case,
    rig: &'a Rig,
    program: Program,
    text: Vec<u8>,
    model: Model,
    tally: &'a mut Tally,
}

impl Run<'_> {
    fn state(&self) -> ThreadState {
        self.rig.controller.state(self.case.thread)
    }

    fn signalled(&self, event: u8) -> bool {
        self.rig.controller.interrupts() & 1 << event != 0
    }

    /// What the program says is done, from what the registers say.
    fn done(&self) -> u32 {
        let at = self.rig.controller.position(self.case.thread);
        let pc = at.pc.wrapping_sub(self.rig.program);
        let snapshot = Snapshot { pc, source: at.source, destination: at.destination, queued: 0 };
        self.program.done(|at| word(&self.text, at), snapshot)
    }

    fn expect(&self, right: bool, what: &str) {
        if !right {
            let fault = self.rig.controller.fault(self.case.thread);
            let at = self.rig.controller.position(self.case.thread);
            panic!(
                "{what}\n{:?}, {:#x?}\nstate {:?}, fault {fault}, {at:#x?}\n{}",
                self.rig.instance,
                self.case,
                self.state(),
                listing(&self.text[..self.program.len.into()])
            );
        }
    }

    fn compare(&self, done: u32) {
        if let Some(difference) = self.model.differs(self.rig, done) {
            self.expect(false, &difference);
        }
    }

    fn finite(&mut self) {
        let controller = &self.rig.controller;
        if self.state() == ThreadState::WaitingForEvent && self.case.pause {
            self.expect(self.signalled(CHECKPOINT), "it waits and nobody was told");
            // Nothing is under way at a checkpoint: what is said is true to the byte, or the least of what its address
            // can mean.
            let done = self.done();
            let apart = self.case.apart().unwrap_or(self.program.bytes);
            let mut meant = (done..=self.program.bytes).step_by(apart as usize);
            if !meant.any(|done| self.model.differs(self.rig, done).is_none()) {
                self.compare(done);
            }
            controller.clear_interrupts(1 << CHECKPOINT);
            controller.enable_interrupts(1 << EVENT);
            controller.send_event(CHECKPOINT, 10).expect("the command interface is free");
            self.tally.paused += 1;
        }
        self.expect(self.state() == ThreadState::Stopped, "it did not end");
        self.expect(self.signalled(EVENT), "it ended without a signal");
        self.compare(self.program.bytes);
    }

    /// Laps, a period at a time; killed where it waits for its gate.
    fn endless(&mut self) {
        let controller = &self.rig.controller;
        let Work::Cyclic { period_bytes, .. } = self.case.shape.work() else { return };
        let periods = self.program.bytes / period_bytes;
        self.expect(self.state() == ThreadState::WaitingForEvent, "it does not begin with its gate");
        controller.send_event(GATE, 10).expect("the command interface is free");
        self.expect(self.signalled(EVENT), "it does not say that its gate is shut");
        controller.clear_interrupts(1 << EVENT);
        for period in 0..self.case.periods {
            self.expect(self.state() == ThreadState::WaitingForEvent, "it does not wait for its gate");
            self.expect(!self.signalled(EVENT), "it signals before it was let go");
            let lap = period % periods * period_bytes;
            let done = self.done();
            self.expect(
                done == lap || lap == 0 && period > 0 && done == self.program.bytes,
                &format!("{lap} bytes of the lap are done, it says {done}"),
            );
            controller.send_event(GATE, 10).expect("the command interface is free");
            self.expect(self.signalled(EVENT), "a period without a signal");
            controller.clear_interrupts(1 << EVENT);
            self.compare((period + 1).saturating_mul(period_bytes).min(self.program.bytes));
            self.tally.periods += 1;
        }
        self.expect(self.state() == ThreadState::WaitingForEvent, "it does not wait for its gate");
        controller.kill(self.case.thread, 10).expect("the command interface is free");
        self.expect(self.state() == ThreadState::Stopped, "it does not die");
    }
}

/// Lays blocks out one behind the other.
struct Cursor<'r> {
    random: &'r mut Random,
    source: u32,
    destination: u32,
    /// Lengths and addresses are multiples of this.
    beat: u32,
}

impl Cursor<'_> {
    /// 0 to `most`, in beats.
    fn offset(&mut self, most: u32) -> u32 {
        self.random.up_to(most / self.beat) * self.beat
    }

    /// The next block, of up to `1 << bits` bytes.
    fn block(&mut self, bits: u32) -> Block {
        let bytes = self.random.length((1 << bits) / self.beat) * self.beat;
        let source = self.source + self.offset((Rig::SOURCE - bytes).min(96 << 10) - self.beat);
        let destination = self.destination + 128 + self.offset(63);
        self.destination = destination + bytes;
        Block { source, destination, bytes }
    }

    fn list(&mut self) -> Shape {
        let count = 2 + self.random.up_to(14);
        let blocks = (0..count).map(|_| self.block(11)).collect();
        Shape::Blocks(blocks, self.random.up_to(4) as u16)
    }

    fn rect(&mut self) -> Shape {
        let first = self.block(9);
        let rows = self.random.length(40);
        let pitch = |cursor: &mut Self| match cursor.random.up_to(3) {
            0 => first.bytes,
            1 => (first.bytes + cursor.offset(300)).next_multiple_of(16),
            _ => first.bytes + cursor.offset(300),
        } as i32;
        let (mut source_pitch, mut destination_pitch) = (pitch(self), pitch(self));
        if self.random.up_to(3) == 0 {
            // Inside each other.
            source_pitch = self.offset(first.bytes) as i32;
        }
        // From the other end down.
        let turn = |cursor: &mut Self, pitch: &mut i32| {
            let down = cursor.random.up_to(2) == 0;
            *pitch = if down { -*pitch } else { *pitch };
            if down { pitch.unsigned_abs() * (rows - 1) } else { 0 }
        };
        let (above, behind) = (turn(self, &mut source_pitch), turn(self, &mut destination_pitch));
        Shape::Rect {
            source: first.source + above,
            destination: first.destination + behind,
            row_bytes: first.bytes,
            rows,
            source_pitch,
            destination_pitch,
        }
    }

    fn cyclic(&mut self) -> Shape {
        let block = self.block(9);
        let periods = 1 + self.random.up_to(5);
        Shape::Cyclic { block: Block { bytes: block.bytes * periods, ..block }, period_bytes: block.bytes }
    }
}

/// RAM that stands for a data register: its request line is not wired, so no wait ever takes long.
fn port(random: &mut Random, rig: &Rig) -> End {
    let handshakes = [Handshake::Single, Handshake::Burst, Handshake::Peripheral];
    End::Port(PortEnd {
        request: 0,
        address: rig.port,
        beat: 1 << random.up_to(rig.capabilities.bus_bytes.ilog2()),
        burst: 1 + random.up_to(15) as u8,
        handshake: handshakes[random.up_to(2) as usize],
        tail: if random.up_to(1) == 0 { Tail::Singles } else { Tail::ShortBurst },
        flush: random.up_to(1) == 0,
        exact: random.up_to(1) == 0,
        attributes: Attributes::default(),
    })
}

/// QEMU answers every wait for either kind of request with a burst, so what does not fill one would never move.
fn end_for(end: End, shape: &Shape) -> End {
    match (end, shape) {
        (End::Port(port), Shape::Blocks(blocks, _))
            if blocks.iter().all(|block| block.bytes % (u32::from(port.beat) * u32::from(port.burst)) == 0) =>
        {
            End::Port(port)
        }
        (End::Port(port), _) if port.handshake == Handshake::Peripheral => {
            End::Port(PortEnd { handshake: Handshake::Burst, ..port })
        }
        _ => end,
    }
}

fn word(bytes: &[u8], at: u16) -> u32 {
    let at = usize::from(at);
    bytes.get(at..at + 4).map_or(0, |word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}
