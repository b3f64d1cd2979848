use std::fmt::Debug;

use linkwright::dma::plan::{self, Block, End, Handshake, PlanError, Program, Request, Setup, Snapshot, Work};
use linkwright::microcode::Side;

use crate::{Decode, Job, Look, Machine, Tally};

/// A planned program with its bytes and table, and what running it amounted to.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the planner said.
    pub program: Program,
    /// What it wrote: program and table.
    pub image: Vec<u8>,
    /// What the machine found.
    pub tally: Tally,
}

impl Judged {
    /// The program's bytes.
    pub fn code(&self) -> &[u8] {
        &self.image[..self.program.len.into()]
    }
}

/// No checkpoint, no barriers, event 0, attributes 0, and a FIFO that is never the bottleneck.
pub fn setup(bus_bytes: u8) -> Setup {
    Setup {
        bus_bytes,
        fifo_lines: 128,
        event: 0,
        source_attributes: plan::Attributes::default(),
        destination_attributes: plan::Attributes::default(),
        barriers: false,
        subtracts: true,
        checkpoint: None,
    }
}

/// Four bytes of `image`, little-endian; zeros beyond its end.
pub fn word(image: &[u8], at: u16) -> u32 {
    let byte = |n: usize| image.get(usize::from(at) + n).copied().unwrap_or(0);
    u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)])
}

/// Plan `request` into `room` bytes and execute it: it must do what was asked and be what it was announced as, and at
/// every instruction its progress must be told right.
///
/// # Panics
/// Otherwise.
pub fn judge<I: Decode>(request: &Request<'_>, room: usize) -> Result<Judged, PlanError> {
    const UNTOUCHED: u8 = 0xee;
    let mut image = vec![UNTOUCHED; room];
    let program = plan::transfer::<I>(request, &mut image)?;
    let behind = image.split_off(program.size.into());
    let (late, free) = behind.split_at(behind.len().min(usize::from(program.blocks) * plan::Place::SIZE));
    assert!(free.len() < late.len() || free[..free.len() - late.len()].iter().all(|b| *b == UNTOUCHED), "{request:?}");
    places(request, &program, &image);
    let code = &image[..program.len.into()];

    let job = Job::from(request);
    let mut progress = Progress::new(request, &program, &image, &job);
    // Long programs say nothing new and take long.
    let watched = program.instructions < 3_000;
    let mut look = |look: Look<'_>| {
        if watched {
            progress.check(look);
        }
    };
    let mut machine = Machine::new(job.clone());
    let laps = if program.endless { u64::from(program.events) * 2 + 1 } else { u64::MAX };
    let run = machine.run_watched::<I>(code, laps, &mut look);
    let tally = run.unwrap_or_else(|fault| panic!("{fault:?}: {request:?}\n{}", listing::<I>(code)));
    let context = || format!("{request:?}\n{}{program:?}\n{tally:?}", listing::<I>(code));
    if program.endless {
        let mut machine = Machine::new(job.clone());
        let lap = machine.run_watched::<I>(code, program.events.into(), &mut |_| {}).expect("ran before");
        let announced = u64::from(program.instructions);
        assert!((lap.instructions..lap.instructions + 8).contains(&announced), "{lap:?}{}", context());
        assert_eq!((lap.loads, lap.stores), (program.loads.into(), program.stores.into()), "{}", context());
    } else {
        assert_eq!(machine.moved(), job.bytes(), "{}", context());
        assert_eq!(tally.instructions, program.instructions.into(), "{}", context());
        assert_eq!(tally.events, program.events.into(), "{}", context());
        let chosen = [request.source, request.destination]
            .iter()
            .any(|end| matches!(end, End::Port(port) if port.handshake == Handshake::Peripheral));
        if !chosen {
            assert_eq!((tally.loads, tally.stores), (program.loads.into(), program.stores.into()), "{}", context());
        }
    }
    assert_eq!(u64::from(program.bytes), job.bytes());
    let fifo = (u64::from(program.fifo.resident), u64::from(program.fifo.peak()));
    assert!(tally.resident <= fifo.0 && tally.peak <= fifo.1 && fifo.1 <= job.fifo_lines, "{}", context());
    if let Some(checkpoint) = request.setup.checkpoint {
        let every = u64::from(checkpoint.bursts);
        let bursts = if matches!(request.source, End::Memory) { tally.loads } else { tally.stores };
        assert!(tally.checkpoints > 0 || bursts < every.max(2), "{}", context());
    }
    Ok(Judged { program, image, tally })
}

/// The table must say what was planned.
fn places(request: &Request<'_>, program: &Program, image: &[u8]) {
    let one;
    let blocks = match request.work {
        Work::Blocks { blocks, .. } => blocks,
        Work::Cyclic { block, .. } => {
            one = [block];
            &one
        }
        Work::Rect { source, destination, row_bytes, rows, .. } => {
            one = [Block { source, destination, bytes: row_bytes * rows }];
            &one
        }
    };
    assert_eq!(usize::from(program.blocks), blocks.len());
    let mut before = 0;
    for (i, block) in blocks.iter().enumerate() {
        let place = program.place(i as u16, |at| word(image, at)).expect("a place");
        let sides = [
            (Side::Source, request.source, block.source, place.source_at),
            (Side::Destination, request.destination, block.destination, place.destination_at),
        ];
        for (side, end, address, at) in sides {
            assert_eq!(at.is_some(), end == End::Memory, "{request:?}");
            let Some(at) = at else { continue };
            assert_eq!(word(image, at), address, "{request:?}");
            assert!(place.fits(side, address) && at >= place.first);
            assert!(place.alignment == 1 || !place.fits(side, address ^ 1));
            let (lowest, reach) = span(request, side, address, block.bytes);
            assert_eq!(
                (address - program.lead(side, &place), program.reach(side, &place)),
                (lowest, reach),
                "{request:?}"
            );
        }
        assert_eq!((place.bytes, place.before), (block.bytes, before), "{request:?}");
        before += block.bytes;
    }
    assert_eq!(program.place(program.blocks, |at| word(image, at)), None);
}

/// The lowest address that is touched, and how many bytes from there on.
fn span(request: &Request<'_>, side: Side, address: u32, bytes: u32) -> (u32, u32) {
    let Work::Rect { row_bytes, rows, source_pitch, destination_pitch, .. } = request.work else {
        return (address, bytes);
    };
    let pitch = i64::from(if side == Side::Source { source_pitch } else { destination_pitch });
    let starts = || (0..i64::from(rows)).map(|row| i64::from(address) + row * pitch);
    let (lowest, highest) = (starts().min().unwrap_or(0), starts().max().unwrap_or(0));
    (lowest as u32, (highest - lowest) as u32 + row_bytes)
}

/// What can be told from one address of the side that tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Telling {
    /// Everything.
    All,
    /// Two rows too little where a row ends, or while the address moves on to the next; also at a checkpoint?
    Rows(u32, bool),
    /// Nothing that is not surely so.
    Little,
}

impl Telling {
    fn of(request: &Request<'_>) -> Self {
        let Work::Rect { row_bytes, rows: 2.., source_pitch, destination_pitch, .. } = request.work else {
            return Self::All;
        };
        let to_memory = request.destination == End::Memory;
        let pitch = if to_memory { destination_pitch } else { source_pitch };
        let apart = pitch.unsigned_abs();
        match pitch {
            _ if apart < row_bytes => Self::Little,
            ..0 if apart == row_bytes || apart + row_bytes > 65_535 => {
                Self::Rows(row_bytes, row_bytes >= 65_535 && apart > 65_535)
            }
            _ => Self::All,
        }
    }
}

/// A program as text.
pub fn listing<I: Decode>(code: &[u8]) -> String {
    let (mut at, mut text) = (0, String::new());
    while let Some((op, length)) = I::decode(&code[at.min(code.len())..]) {
        text += &format!("  {at:4} {op:x?}\n");
        at += length;
    }
    text
}

/// Holds what a program says of its progress against what happens.
struct Progress<'a> {
    request: &'a dyn Debug,
    program: &'a Program,
    image: &'a [u8],
    bytes: u64,
    endless: bool,
    exact: bool,
    telling: Telling,
    last: [u64; 3],
}

impl<'a> Progress<'a> {
    const QUEUED: [u8; 3] = [1, 2, 16];

    fn new(request: &'a Request<'_>, program: &'a Program, image: &'a [u8], job: &Job) -> Self {
        let barriers = request.setup.barriers;
        let exact = matches!(request.source, End::Port(port)
            if (port.exact || barriers) && port.handshake != Handshake::Peripheral);
        let (bytes, endless, telling) = (job.bytes(), program.endless, Telling::of(request));
        let progress = Self { request, program, image, bytes, endless, exact, telling, last: [0; 3] };
        for stale in [0, 0x2000_0040, u32::MAX] {
            let snapshot = Snapshot { pc: 0, source: stale, destination: stale, queued: 1 };
            assert_eq!(progress.done(snapshot), 0, "before its first instruction: {request:?}");
            let elsewhere = Snapshot { pc: u32::from(program.size) + stale % 4096 + 1, ..snapshot };
            assert_eq!(progress.done(elsewhere), 0, "not in the program: {request:?}");
        }
        progress
    }

    fn done(&self, at: Snapshot) -> u64 {
        self.program.done(|at| word(self.image, at), at).into()
    }

    fn check(&mut self, look: Look<'_>) {
        let pc = look.pc as u32;
        let lap = if self.endless { look.stored - look.stored % self.bytes } else { 0 };
        let stored = look.stored - lap;
        for (queued, last) in Self::QUEUED.into_iter().zip(0..) {
            let snapshot = Snapshot { pc, source: look.source, destination: look.destination, queued };
            let done = self.done(snapshot);
            let context = || {
                format!("done {done}, last {}, stored {stored} + {lap}: {look:x?} {:?}", self.last[last], self.request)
            };
            assert!(done <= self.bytes, "beyond the transfer: {}", context());
            // A lap ends where the next begins.
            let turn = self.endless && stored == 0 && look.stored > 0;
            let clear = self.telling == Telling::All;
            assert!(done >= self.last[last] || turn || !clear, "less than before: {}", context());
            let waiting = if self.exact { look.recent.len() } else { look.recent.len().min(queued.into()) };
            let under_way: u64 = look.recent.iter().rev().take(waiting).sum();
            let whole = if turn { self.bytes } else { stored };
            assert!(done + under_way <= whole, "not written yet: {}", context());
            // No burst has more than 32 beats of 16 bytes.
            let lag = if self.exact { 512 } else { 512 * (u64::from(queued) + 2) };
            let lag = match self.telling {
                Telling::All => lag,
                Telling::Rows(bytes, _) => lag + 2 * u64::from(bytes),
                Telling::Little => u64::MAX / 2,
            };
            assert!(turn || done + lag >= stored, "says too little: {}", context());
            if self.exact && clear && look.recent.is_empty() {
                assert!(turn || done == stored, "not exact: {}", context());
            }
            self.last[last] = if turn && done < self.last[last] { 0 } else { done };
        }
        // Left from something else, and the program counter is stale too.
        let stale = Snapshot { pc, source: 0x7000_0001, destination: 0x7000_0001, queued: 1 };
        let ended = self.program.last_event_at.is_some_and(|last| look.pc >= last.into());
        if self.program.blocks == 1 && !ended {
            assert_eq!(self.done(stale), 0, "addresses of another transfer: {look:x?} {:?}", self.request);
        }
        if look.parked {
            let snapshot = Snapshot { pc, source: look.source, destination: look.destination, queued: 0 };
            let done = self.done(snapshot);
            let vague = matches!(self.telling, Telling::Little | Telling::Rows(_, true));
            let right = if vague { done <= stored } else { done == stored };
            assert!(right, "at a checkpoint {done} of {stored}: {look:x?} {:?}", self.request);
        }
        if usize::from(self.program.len) == look.pc + 1 && !self.endless {
            let snapshot = Snapshot { pc: pc + 1, source: look.source, destination: look.destination, queued: 16 };
            assert_eq!(self.done(snapshot), stored, "after the end: {:?}", self.request);
        }
    }
}
