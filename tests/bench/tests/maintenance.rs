//! Every single cache maintenance that the engine does is needed: without any one of them the model of a cache that is
//! not coherent shows wrong data or a violation.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bench_board::{Dmac0, ReceiveBursts, TransmitBursts};
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::memory::{Arena, DmaBuf, Mirror};
use linkwright::dma::{
    self, BuffersOf, CopyPair, Dmac, Endpoint, Linear, MemoryCopy, MemoryFill, Prepared, Rect, SegmentStorage,
    Segments, Sg, Shape,
};
use linkwright::mmio::Word;
use linkwright::power::{Active, AlwaysOn};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Cache, Config, FifoConfig, FifoPeripheral, Outcome, Pl330Sim, SimMemory};

static POWER: AlwaysOn = AlwaysOn::new();
/// More ticks than any transfer takes.
const LONG: u64 = 1_000_000;
/// Bytes of data memory.
const DATA: u32 = 0x8000;

/// A cache of which one maintenance is forgotten.
struct Forgetful {
    cache: Cache,
    calls: AtomicUsize,
    /// Number of the call that is not made.
    forget: usize,
}

impl Forgetful {
    fn made(&self) -> bool {
        self.calls.fetch_add(1, Ordering::Relaxed) != self.forget
    }
}

impl Mirror for Forgetful {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        if self.made() {
            self.cache.clean(bus, bytes);
        }
    }
    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        if self.made() {
            self.cache.invalidate(bus, bytes);
        }
    }
    fn peek(&self, bus: u32, out: &mut [u8]) {
        self.cache.peek(bus, out);
    }
    fn discard(&self, bus: u32, bytes: u32) {
        if self.made() {
            self.cache.discard(bus, bytes);
        }
    }
}

/// A board with that cache, and what has shown.
struct Bench {
    sim: &'static Pl330Sim,
    dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
    mirror: &'static Forgetful,
    data: &'static Arena,
    transmitter: FifoPeripheral,
    receiver: FifoPeripheral,
    shown: Mutex<Vec<String>>,
}

impl Bench {
    fn new(forget: usize) -> Self {
        let (programs, data) = (Board::PROGRAMS, Board::DATA.start..Board::DATA.start + DATA);
        let transmitter = FifoPeripheral::new(FifoConfig::transmitter(4, Some(8)));
        let receiver = FifoPeripheral::new(FifoConfig::receiver(4, Some(8)));
        let memory = SimMemory::new()
            .with_ram(programs.start, programs.end - programs.start)
            .with_ram(data.start, DATA)
            .with_device(TransmitBursts::ADDRESS, 4, Both(transmitter.clone(), receiver.clone()));
        let memory = Arc::new(memory);
        memory.violations().collect();
        let cache = Cache::new(Arc::clone(&memory), 32).covering(programs.clone()).covering(data.clone());
        let mirror: &'static _ = Box::leak(Box::new(Forgetful { cache, calls: AtomicUsize::new(0), forget }));
        let program_arena = Arena::leak_mirrored(programs.end - programs.start, programs.start, mirror);
        let config = Config { requests: 32, ..Config::zynq7000() };
        let sim: &'static Pl330Sim = Box::leak(Box::new(Pl330Sim::new(config, memory).unwrap()));
        let dmac = Dmac::new::<Dmac0>(Pl330::new(sim), &POWER, program_arena, dma::Config::DEFAULT);
        let data = Arena::leak_mirrored(DATA, data.start, mirror);
        Self { sim, dmac: Box::leak(Box::new(dmac)), mirror, data, transmitter, receiver, shown: Mutex::default() }
    }

    fn show(&self, wrong: bool, what: &str) {
        if wrong {
            self.shown.lock().unwrap().push(what.to_string());
        }
    }

    /// A buffer of `capacity` words with a window of `len` words from `start` on, in the middle of lines.
    fn buffer<W: Word>(&self, cx: &Task<'_>, capacity: usize, start: usize, len: usize, fill: u8) -> DmaBuf<W> {
        let mut buffer: DmaBuf<W> = self.data.alloc(cx, capacity).unwrap();
        buffer.fill(W::truncate(u64::from_le_bytes([fill; 8])));
        buffer.set_window(start, len).unwrap();
        buffer
    }

    /// The words in the window are `inside`, or `outside` where the device leaves gaps; those around are `outside`.
    fn check<W: Word>(&self, buffer: &mut DmaBuf<W>, inside: impl Fn(usize) -> Option<u8>, outside: u8) {
        let (address, len) = (buffer.bus_address(), buffer.len());
        buffer.reset_window();
        let start = (address - buffer.bus_address()) as usize / size_of::<W>();
        let word = |byte: u8| W::truncate(u64::from_le_bytes([byte; 8]));
        // The arena gives whole lines; what is behind the words asked for was never written.
        let end = (start + len + 16 / size_of::<W>()).min(buffer.len());
        for (at, found) in buffer[..end].iter().enumerate() {
            let within = at.checked_sub(start).filter(|at| *at < len).and_then(&inside);
            let wrong = *found != word(within.unwrap_or(outside));
            self.show(wrong, if within.is_some() { "wrong data" } else { "wrong neighbours" });
        }
    }

    /// Three transfers by one program, each with other buffers.
    fn rounds<E: Endpoint<Peer = Dmac0>, S: Shape>(
        &self,
        cx: &Task<'_>,
        mut prepared: Prepared<E, S>,
        make: impl Fn(u8) -> BuffersOf<E, S>,
        check: impl Fn(u8, &mut BuffersOf<E, S>),
    ) {
        let power: Active<Dmac0> = Active::resume(cx, &POWER).unwrap();
        // Kept, so that each round has memory of its own.
        let mut kept = Vec::new();
        for round in 1..=3 {
            let transfer = prepared.start(make(round), &power).map_err(|r| r.error).unwrap();
            while !transfer.is_done() && self.sim.run_until_interrupt(LONG) == Outcome::Reached {
                simulated_interrupt(|| self.dmac.irq());
            }
            if !transfer.is_done() {
                self.show(true, "it never ended");
                std::mem::forget(transfer);
                return;
            }
            let mut done = transfer.wait(cx);
            self.show(done.result.is_err(), "an error");
            check(round, &mut done.bufs);
            kept.push(done.bufs);
        }
    }

    fn prepare<E: Endpoint<Controller = Dmac0>, S: dma::Goes<E::Direction>>(
        &self,
        cx: &Task<'_>,
        shape: S,
    ) -> Prepared<E, S> {
        self.dmac.claim::<E>(cx).unwrap().prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"))
    }
}

/// One register: a transmitter when written, a receiver when read.
struct Both(FifoPeripheral, FifoPeripheral);

impl linkwright_sim::BusDevice for Both {
    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), linkwright_sim::BusError> {
        self.1.read(offset, out)
    }
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), linkwright_sim::BusError> {
        self.0.write(offset, data)
    }
}

fn pair(bench: &Bench, cx: &Task<'_>, round: u8) -> CopyPair<u8> {
    // Differently in their lines, so that the program is longer than the line that its addresses stand in.
    CopyPair {
        source: bench.buffer(cx, 320, 41, 200, 0x10 * round),
        destination: bench.buffer(cx, 320, 43, 200, 0xa0 + round),
    }
}

fn check_pair(bench: &Bench, round: u8, pair: &mut CopyPair<u8>) {
    bench.check(&mut pair.source, |_| Some(0x10 * round), 0x10 * round);
    bench.check(&mut pair.destination, |_| Some(0x10 * round), 0xa0 + round);
}

fn copies(bench: &Bench, cx: &Task<'_>) {
    let prepared = bench.prepare::<MemoryCopy<Dmac0>, _>(cx, Linear::between(&pair(bench, cx, 0)));
    bench.rounds(cx, prepared, |round| pair(bench, cx, round), |round, pair| check_pair(bench, round, pair));
}

fn lists(bench: &Bench, cx: &Task<'_>) {
    let block = Linear::between(&pair(bench, cx, 0));
    let prepared = bench.prepare::<MemoryCopy<Dmac0>, _>(cx, Sg::<3>::new(&[block; 3]));
    let list = |round| {
        let storage: &'static SegmentStorage<CopyPair<u8>, 3> = Box::leak(Box::new(SegmentStorage::new()));
        let mut list = storage.take().unwrap();
        (0..3).for_each(|_| assert!(list.push(pair(bench, cx, round)).is_ok()));
        list
    };
    let check = |round, list: &mut Segments<CopyPair<u8>, 3>| list.iter_mut().for_each(|p| check_pair(bench, round, p));
    bench.rounds(cx, prepared, list, check);
}

fn rectangles(bench: &Bench, cx: &Task<'_>) {
    rows(bench, cx, 20, 50);
}

fn rectangles_down(bench: &Bench, cx: &Task<'_>) {
    rows(bench, cx, -10, -50);
}

/// Rows of 20 bytes, so far apart.
fn rows(bench: &Bench, cx: &Task<'_>, from: i32, to: i32) {
    let span = |pitch: i32| 3 * pitch.unsigned_abs() as usize + 20;
    let make = |round: u8| CopyPair {
        source: bench.buffer::<u8>(cx, 320, 41, span(from), 0x10 * round),
        destination: bench.buffer::<u8>(cx, 320, 43, span(to), 0xa0 + round),
    };
    let pair = make(0);
    let rect = Rect::new(20, 4).pitch(from, to).at(pair.source.bus_address(), pair.destination.bus_address());
    let prepared = bench.prepare::<MemoryCopy<Dmac0>, _>(cx, rect);
    bench.rounds(cx, prepared, make, |round, pair| {
        bench.check(&mut pair.destination, |at| (at % 50 < 20).then_some(0x10 * round), 0xa0 + round);
    });
}

fn fills(bench: &Bench, cx: &Task<'_>) {
    let make = |round: u8| bench.buffer::<u8>(cx, 320, 43, 200, 0xa0 + round);
    let buffer = make(0);
    let prepared = bench.prepare::<MemoryFill<Dmac0>, _>(cx, Linear::of(&buffer));
    bench.rounds(cx, prepared, make, |round, buffer| bench.check(buffer, |_| Some(0), 0xa0 + round));
    let channel = bench.dmac.claim::<MemoryFill<Dmac0>>(cx).unwrap();
    let prepared = channel.prepare_pattern(cx, Linear::of(&buffer), 0x5c).unwrap_or_else(|(e, _)| panic!("{e}"));
    bench.rounds(cx, prepared, make, |round, buffer| bench.check(buffer, |_| Some(0x5c), 0xa0 + round));
}

fn transmits(bench: &Bench, cx: &Task<'_>) {
    bench.sim.attach(TransmitBursts::LINE, bench.transmitter.requester());
    let make = |round: u8| bench.buffer::<u32>(cx, 80, 10, 48, 0x10 * round);
    let prepared = bench.prepare::<TransmitBursts, _>(cx, Linear::of(&make(0)));
    bench.rounds(cx, prepared, make, |round, _| {
        bench.show(bench.transmitter.take() != [0x10 * round; 48 * 4], "wrong data for the device");
    });
}

fn receives(bench: &Bench, cx: &Task<'_>) {
    bench.sim.attach(ReceiveBursts::LINE, bench.receiver.requester());
    let make = |round: u8| {
        bench.receiver.feed(&[0x10 * round; 48 * 4]);
        bench.buffer::<u32>(cx, 80, 10, 48, 0xa0 + round)
    };
    let prepared = bench.prepare::<ReceiveBursts, _>(cx, Linear::of(&bench.buffer::<u32>(cx, 80, 10, 48, 0)));
    bench.rounds(cx, prepared, make, |round, buffer| bench.check(buffer, |_| Some(0x10 * round), 0xa0 + round));
}

/// What shows when call `forget` is not made, and how many calls there were.
fn shown(work: fn(&Bench, &Task<'_>), forget: usize) -> (usize, Vec<String>) {
    let bench = Bench::new(forget);
    host_task(|cx| work(&bench, cx));
    let mut shown = bench.shown.into_inner().unwrap();
    shown.extend(bench.sim.memory().violations().take().iter().map(ToString::to_string));
    (bench.mirror.calls.load(Ordering::Relaxed), shown)
}

fn each_is_needed(work: fn(&Bench, &Task<'_>), least: usize) {
    let (calls, all) = shown(work, usize::MAX);
    assert_eq!(all, [""; 0], "nothing is forgotten");
    assert!(calls >= least, "{calls} calls");
    for forgotten in 0..calls {
        assert!(!shown(work, forgotten).1.is_empty(), "maintenance {forgotten} of {calls} was not needed");
    }
}

#[test]
fn of_copies() {
    // A clean, two edges, a discard and an invalidation each.
    each_is_needed(copies, 3 * 5);
}

#[test]
fn of_lists() {
    each_is_needed(lists, 3 * 3 * 5);
}

#[test]
fn of_rectangles() {
    each_is_needed(rectangles, 3 * 3);
    each_is_needed(rectangles_down, 3 * 3);
}

#[test]
fn of_fills() {
    each_is_needed(fills, 2 * 3 * 4);
}

#[test]
fn of_transfers_to_a_device() {
    each_is_needed(transmits, 3);
}

#[test]
fn of_transfers_from_a_device() {
    each_is_needed(receives, 3 * 4);
}
