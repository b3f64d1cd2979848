//! Every single cache maintenance that the engine does is needed: without any one of them the model of a cache that is
//! not coherent shows wrong data or a violation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::memory::{Arena, DmaBuf, Mirror};
use linkwright::dma::{self, CopyPair, Dmac};
use linkwright::power::{Active, AlwaysOn};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Cache, Config, Outcome, Pl330Sim, SimMemory};

use crate::rig::{Dmac0, Endpoint, LONG};

static POWER: AlwaysOn = AlwaysOn::new();

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

/// Three copies through one channel, of different data and between different places, with every call but number
/// `forget`. Returns the calls made and what showed.
fn copies(forget: usize) -> (usize, Vec<String>) {
    let ram = |range: std::ops::Range<u32>| (range.start, range.end - range.start);
    let ((programs, program_bytes), (data, _)) = (ram(Board::PROGRAMS), ram(Board::DATA));
    let data_bytes = 0x4000;
    let memory = Arc::new(SimMemory::new().with_ram(programs, program_bytes).with_ram(data, data_bytes));
    memory.violations().collect();
    let cache = Cache::new(Arc::clone(&memory), 32).covering(Board::PROGRAMS).covering(data..data + data_bytes);
    let mirror: &'static _ = Box::leak(Box::new(Forgetful { cache, calls: AtomicUsize::new(0), forget }));
    let program_arena = Arena::leak_mirrored(program_bytes, programs, mirror);
    let data_arena = Arena::leak_mirrored(data_bytes, data, mirror);
    let sim: &'static Pl330Sim = Box::leak(Box::new(Pl330Sim::new(Config::zynq7000(), Arc::clone(&memory)).unwrap()));
    let dmac: &'static Dmac<_> =
        Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(sim), &POWER, program_arena, dma::Config::DEFAULT)));
    let mut shown = Vec::new();
    host_task(|cx| {
        let power: Active<Dmac0> = Active::resume(cx, &POWER).unwrap();
        // Windows that begin and end within lines, so that the edges need care of their own; and differently in their
        // lines, so that the program is longer than the line that its addresses stand in.
        let buffer = |fill: u8, offset: usize| -> DmaBuf<u8> {
            let mut buffer = data_arena.alloc(cx, 320).unwrap();
            buffer.fill(fill);
            buffer.set_window(offset, 200).unwrap();
            buffer
        };
        let mut prepared = None;
        for round in 1..=3_u8 {
            let pair = CopyPair { source: buffer(0x10 * round, 41), destination: buffer(0xa0 + round, 43) };
            let copier = prepared.get_or_insert_with(|| {
                dmac.claim::<Endpoint>(cx).unwrap().prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"))
            });
            let transfer = copier.start(pair, &power).map_err(|r| r.error).unwrap();
            while !transfer.is_done() && sim.run_until_interrupt(LONG) == Outcome::Reached {
                simulated_interrupt(|| dmac.irq());
            }
            if !transfer.is_done() {
                shown.push("it never ended".to_string());
                std::mem::forget(transfer);
                return;
            }
            let done = transfer.wait(cx);
            if let Err(error) = done.result {
                shown.push(error.to_string());
            }
            let mut pair = done.bufs;
            pair.destination.reset_window();
            let (before, rest) = pair.destination.split_at(43);
            let (window, after) = rest.split_at(200);
            if window.iter().any(|b| *b != 0x10 * round) {
                shown.push(format!("wrong data in round {round}"));
            }
            if before.iter().chain(after).any(|b| *b != 0xa0 + round) {
                shown.push(format!("wrong neighbours in round {round}"));
            }
        }
    });
    shown.extend(memory.violations().take().iter().map(ToString::to_string));
    (mirror.calls.load(Ordering::Relaxed), shown)
}

#[test]
fn each_maintenance_that_is_forgotten_shows() {
    let (calls, shown) = copies(usize::MAX);
    assert_eq!(shown, [""; 0], "nothing is forgotten");
    assert!(calls >= 3 * 4, "a clean, two edges and an invalidation a copy at least: {calls}");
    for forgotten in 0..calls {
        let (_, shown) = copies(forgotten);
        assert!(!shown.is_empty(), "maintenance {forgotten} of {calls} was not needed");
    }
}
