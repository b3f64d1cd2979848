//! Buffers, and the cache maintenance around transfers on memory that a controller reaches directly.

#![allow(unsafe_code, reason = "lends an arena memory as firmware does")]

mod support;

use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use linkwright::context::{Task, host_task};
use linkwright::dma::memory::{AllocError, Arena, CacheOps, DmaBuf, Lines};
use linkwright::dma::{
    Capabilities, Config, Controller, CopyPair, Dmac, Done, FaultCauses, Linear, MemoryCopy, Position, Prepared,
    StartError, Stuck, ThreadState,
};
use linkwright::power::{Active, AlwaysOn};
use proptest::prelude::*;

use support::{Controller0, Rig};

#[derive(Clone, Copy, PartialEq, Debug)]
enum What {
    Clean,
    Discard,
    Flush,
    /// Not maintenance: the hardware was started here.
    Start,
}

/// Writes down what happens to caches, and when the controller is started.
#[derive(Default)]
struct Log(Mutex<Vec<(What, u32, u32)>>, Mutex<Option<(What, Intruder)>>);

type Intruder = Box<dyn FnOnce() + Send>;

impl Log {
    fn push(&self, what: What, lines: Lines) {
        assert!(lines.bytes > 0);
        self.intrude(what);
        self.0.lock().unwrap().push((what, lines.bus, lines.bytes));
    }
}

impl Log {
    /// Where another processor comes in.
    fn intrude(&self, now: What) {
        let intruder = self.1.lock().unwrap().take_if(|(when, _)| *when == now);
        if let Some((_, intruder)) = intruder {
            std::thread::scope(|scope| scope.spawn(intruder).join().unwrap());
        }
    }
}

impl CacheOps for Log {
    fn clean(&self, lines: Lines) {
        self.push(What::Clean, lines);
    }
    fn discard(&self, lines: Lines) {
        self.push(What::Discard, lines);
    }
    fn flush(&self, lines: Lines) {
        self.push(What::Flush, lines);
    }
    /// Between loading a transfer and starting it.
    fn barrier(&self) {
        self.intrude(What::Start);
    }
}

type Copying = Prepared<MemoryCopy<Controller0>, Linear>;

/// Ends every program at once and moves nothing.
struct Instant {
    log: &'static Log,
    raised: AtomicU32,
}

impl Controller for Instant {
    type Isa = support::isa::Letters;
    const MAX_THREADS: u8 = 1;

    fn capabilities(&self) -> Capabilities {
        support::machine::CAPABILITIES
    }
    fn start(&self, _: u8, program: u32, _: bool, _: u32) -> Result<(), Stuck> {
        self.log.0.lock().unwrap().push((What::Start, program, 0));
        self.raised.store(1, SeqCst);
        Ok(())
    }
    fn kill(&self, _: u8, _: u32) -> Result<(), Stuck> {
        Ok(())
    }
    fn kill_manager(&self, _: u32) -> Result<(), Stuck> {
        Ok(())
    }
    fn send_event(&self, _: u8, _: u32) -> Result<(), Stuck> {
        Ok(())
    }
    fn is_busy(&self) -> bool {
        false
    }
    fn state(&self, _: u8) -> ThreadState {
        ThreadState::Stopped
    }
    fn position(&self, _: u8) -> Position {
        Position { source: 0, destination: 0, pc: 0 }
    }
    fn faulting(&self) -> u32 {
        0
    }
    fn fault(&self, _: u8) -> FaultCauses {
        FaultCauses::NONE
    }
    fn manager_fault(&self) -> Option<FaultCauses> {
        None
    }
    fn interrupts(&self) -> u32 {
        self.raised.load(SeqCst)
    }
    fn clear_interrupts(&self, events: u32) {
        self.raised.fetch_and(!events, SeqCst);
    }
    fn enable_interrupts(&self, _: u32) {}
}

#[repr(align(64))]
struct Storage([u8; 16 * 1024]);

const LINE: u32 = 64;
const BUS: u32 = 0x2000_0000;

fn direct(log: &'static Log) -> &'static Arena {
    let storage: &'static mut Storage = Box::leak(Box::new(Storage([0; 16 * 1024])));
    let len = storage.0.len() as u32;
    // SAFETY: leaked, initialised and used by nothing else; the controller of these tests moves nothing.
    let arena = unsafe { Arena::new(NonNull::from(&mut storage.0).cast(), len, BUS, LINE, log) };
    Box::leak(Box::new(arena))
}

static POWER: AlwaysOn = AlwaysOn::new();

fn buffer(arena: &'static Arena, cx: &Task<'_>, offset: usize, len: usize) -> (DmaBuf<u8>, std::ops::Range<u32>) {
    let mut buf = arena.alloc::<u8>(cx, offset + len).unwrap();
    let region = buf.bus_address()..buf.bus_address() + buf.capacity() as u32;
    buf.set_window(offset, len).unwrap();
    (buf, region)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What must be clean is cleaned, what must go is discarded, nothing beside a window is lost, nothing beyond a
    /// buffer is touched, and all of it happens before the start or after the end as it must.
    #[test]
    fn maintenance_covers_windows_and_spares_neighbours(
        source_at in 0_usize..150, destination_at in 0_usize..150, len in 1_usize..500,
    ) {
        let log: &'static Log = Box::leak(Box::default());
        let arena = direct(log);
        let controller = Instant { log, raised: AtomicU32::new(0) };
        let engine: &'static Dmac<Instant> =
            Box::leak(Box::new(Dmac::new::<Controller0>(controller, &POWER, arena, Config::DEFAULT)));
        let (program, source, destination, window, ops) = host_task(|cx| {
            let power = Active::resume(cx, &POWER).unwrap();
            let (source, source_region) = buffer(arena, cx, source_at, len);
            let (destination, destination_region) = buffer(arena, cx, destination_at, len);
            let pair = CopyPair { source, destination };
            let mut copy = engine.claim::<MemoryCopy<Controller0>>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
            let program = copy.program_address().unwrap();
            let program = program..program + u32::from(copy.program().len);
            log.0.lock().unwrap().retain(|(what, bus, bytes)| {
                assert_eq!(*what, What::Clean);
                assert!(*bus <= program.start && bus + bytes >= program.end, "the whole program is published");
                false
            });
            let window = pair.destination.bus_address()..pair.destination.bus_address() + len as u32;
            let transfer = copy.start(pair, &power).unwrap();
            assert!(engine.irq());
            assert_eq!(transfer.wait(cx).result, Ok(()));
            (program, source_region, destination_region, window, std::mem::take(&mut *log.0.lock().unwrap()))
        });
        let start = ops.iter().position(|op| op.0 == What::Start).expect("started");
        let of = |ops: &[(What, u32, u32)], region: &std::ops::Range<u32>| -> Vec<(What, u32, u32)> {
            ops.iter().filter(|op| region.contains(&op.1)).copied().collect()
        };
        for op in &ops {
            let inside = |r: &std::ops::Range<u32>| r.start <= op.1 && op.1 + op.2 <= r.end.next_multiple_of(LINE);
            prop_assert!(inside(&source) || inside(&destination) || inside(&program), "{op:x?} is nobody's");
            prop_assert!(op.1.is_multiple_of(LINE) && op.2.is_multiple_of(LINE), "{op:x?} is not whole lines");
        }
        let (before, after) = ops.split_at(start);
        prop_assert!(of(before, &source).iter().all(|op| op.0 == What::Clean));
        let (from, to) = (source.start + source_at as u32, source.start + (source_at + len) as u32);
        prop_assert!(of(before, &source).iter().any(|op| op.1 <= from && to <= op.1 + op.2));
        // Byte by byte over the destination's region.
        for byte in destination.clone() {
            let hits = |ops: &[(What, u32, u32)]| -> Vec<What> {
                ops.iter().filter(|op| (op.1..op.1 + op.2).contains(&byte)).map(|op| op.0).collect()
            };
            let line = byte & !(LINE - 1);
            let touched = line < window.end && window.start < line + LINE;
            let covered = window.start <= line && line + LINE <= window.end;
            let expected = match (touched, covered) {
                (false, _) => vec![],
                (true, true) => vec![What::Discard],
                (true, false) => vec![What::Flush],
            };
            prop_assert_eq!(hits(before), expected, "before, byte {:x} of {:x?}", byte, window);
            let after = hits(after);
            prop_assert_eq!(after, if touched { vec![What::Discard] } else { vec![] });
        }
        prop_assert!(of(before, &(program.start..program.end)).iter().all(|op| op.0 == What::Clean));
    }

    /// An arena against a list of what is in use.
    #[test]
    fn arena_hands_out_disjoint_lines(ops in prop::collection::vec((any::<bool>(), 1_usize..2_000), 1..80)) {
        let log: &'static Log = Box::leak(Box::default());
        let arena = direct(log);
        let free = arena.free_bytes();
        let mut held: Vec<DmaBuf<u8>> = Vec::new();
        host_task(|cx| {
            for (give, n) in ops {
                if give && !held.is_empty() {
                    held.swap_remove(n % held.len());
                    continue;
                }
                match arena.alloc::<u8>(cx, n) {
                    Ok(mut buf) => {
                        assert_eq!(buf.len(), n);
                        assert!(buf.bus_address().is_multiple_of(LINE));
                        assert!(buf.as_ptr().addr().is_multiple_of(LINE as usize));
                        buf.reset_window();
                        // Shared memory would show when it is checked.
                        let mark = buf.bus_address() as u8;
                        buf.fill(mark);
                        held.push(buf);
                    }
                    Err(AllocError::Full { need, largest }) => {
                        assert_eq!(need, (n as u32).next_multiple_of(LINE));
                        assert!(largest < need && largest <= arena.free_bytes());
                    }
                    Err(other) => panic!("{other}"),
                }
                let used: u32 = held.iter().map(|b| b.capacity() as u32).sum();
                assert_eq!(arena.free_bytes(), free - used);
                assert!(held.iter().all(|b| b.iter().all(|byte| *byte == b.bus_address() as u8)));
            }
            held.clear();
            let whole = arena.alloc::<u8>(cx, free as usize).expect("all pieces have joined again");
            assert_eq!(whole.capacity() as u32, free);
        });
    }
}

#[test]
fn windows() {
    let rig = Rig::new();
    host_task(|cx| {
        let mut buf = rig.arena.alloc::<u32>(cx, 10).unwrap();
        assert_eq!((buf.len(), buf.capacity()), (10, 16));
        let start = buf.bus_address();
        buf.set_window(3, 2).unwrap();
        assert_eq!((buf.len(), buf.bus_address()), (2, start + 12));
        for (start, len) in [(0, 0), (0, 17), (16, 1), (usize::MAX, 2), (2, usize::MAX)] {
            let error = buf.set_window(start, len).unwrap_err();
            assert_eq!(error.capacity, 16);
            assert!(error.to_string().contains("buffer of 16"), "{error}");
        }
        assert_eq!(buf.bus_address(), start + 12, "unchanged");
        let mut bytes = buf.cast::<u8>().unwrap();
        assert_eq!(bytes.len(), 8);
        bytes.set_window(13, 8).unwrap();
        let mut bytes = bytes.cast::<u16>().unwrap_err();
        bytes.set_window(14, 7).unwrap();
        let mut bytes = bytes.cast::<u16>().unwrap_err();
        bytes.set_window(14, 6).unwrap();
        assert_eq!(bytes.cast::<u16>().unwrap().len(), 3);
    });
}

#[test]
fn unusable_arenas() {
    let log: &'static Log = Box::leak(Box::default());
    let storage: &'static mut Storage = Box::leak(Box::new(Storage([0; 16 * 1024])));
    let (front, back) = storage.0.split_at_mut(2_048);
    let (crooked, aligned) = (NonNull::from(&mut front[8..]).cast(), NonNull::from(back).cast());
    // SAFETY: leaked, initialised, inside the storage, used by nothing else.
    let crooked = unsafe { Arena::new(crooked, 1_024, BUS, LINE, log) };
    // SAFETY: as above, and behind the other.
    let tiny = unsafe { Arena::new(aligned, 40, BUS, LINE, log) };
    let (crooked, tiny): (&'static Arena, &'static Arena) = (Box::leak(Box::new(crooked)), Box::leak(Box::new(tiny)));
    let rig = Rig::new();
    host_task(|cx| {
        assert_eq!(crooked.alloc::<u8>(cx, 1).unwrap_err(), AllocError::Misplaced);
        assert_eq!(tiny.alloc::<u8>(cx, 1).unwrap_err(), AllocError::Full { need: LINE, largest: 0 });
        assert_eq!(rig.arena.alloc::<u8>(cx, 0).unwrap_err(), AllocError::Empty);
        assert!(matches!(rig.arena.alloc::<u64>(cx, usize::MAX).unwrap_err(), AllocError::Full { .. }));
    });
}

#[test]
fn a_linear_of_any_address_is_the_same_class() {
    assert_eq!(Linear::new(5).at(0x1003, 0x2001), Linear::new(5).at(3, 1));
}

static OWNED: Mutex<Option<Copying>> = Mutex::new(None);
/// One test at a time has an intruder.
static TURN: Mutex<()> = Mutex::new(());
static INTRUDER: Mutex<Option<(&'static Log, What, Intruder)>> = Mutex::new(None);
static OUTCOME: Mutex<Option<Option<StartError>>> = Mutex::new(None);
static REARM: fn(Done<'_, MemoryCopy<Controller0>, Linear>) = |done| {
    let (log, when, intruder) = INTRUDER.lock().unwrap().take().unwrap();
    *log.1.lock().unwrap() = Some((when, intruder));
    *OUTCOME.lock().unwrap() = Some(done.rearm_same().err().map(|refused| refused.error));
};

/// A handler re-arms, and while caches are maintained for that the owner cancels.
#[test]
fn cancelling_wins_over_rearming() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let log: &'static Log = Box::leak(Box::default());
    let arena = direct(log);
    let controller = Instant { log, raised: AtomicU32::new(0) };
    let engine: &'static Dmac<Instant> =
        Box::leak(Box::new(Dmac::new::<Controller0>(controller, &POWER, arena, Config::DEFAULT)));
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).unwrap();
        let pair = CopyPair { source: buffer(arena, cx, 0, 64).0, destination: buffer(arena, cx, 0, 64).0 };
        let mut copy = engine.claim::<MemoryCopy<Controller0>>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
        copy.set_handler(cx, &REARM);
        copy.start_detached(pair, &power).unwrap();
        *OWNED.lock().unwrap() = Some(copy);
        let intruder = || OWNED.lock().unwrap().as_mut().unwrap().cancel();
        *INTRUDER.lock().unwrap() = Some((log, What::Clean, Box::new(intruder)));
        assert!(engine.irq());
        assert_eq!(OUTCOME.lock().unwrap().take(), Some(Some(StartError::Closed)));
        let mut copy = OWNED.lock().unwrap().take().unwrap();
        assert_eq!(copy.recover().unwrap().result, Ok(()), "of the transfer before");
        copy.release(cx).unwrap();
    });
}

/// A handler re-arms; before the hardware is started the owner drops the channel, and another client claims it and
/// submits. What that client has not issued must not start.
#[test]
fn a_late_start_does_not_start_the_next_owners_transfer() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let log: &'static Log = Box::leak(Box::default());
    let arena = direct(log);
    let controller = Instant { log, raised: AtomicU32::new(0) };
    let engine: &'static Dmac<Instant> = Box::leak(Box::new(Dmac::new::<Controller0>(
        controller,
        &POWER,
        arena,
        Config { threads: 1, ..Config::DEFAULT },
    )));
    let starts = || log.0.lock().unwrap().iter().filter(|op| op.0 == What::Start).count();
    let prepared = move |cx: &Task<'_>| {
        let pair = CopyPair { source: buffer(arena, cx, 0, 64).0, destination: buffer(arena, cx, 0, 64).0 };
        (engine.claim::<MemoryCopy<Controller0>>(cx).unwrap().prepare_copy(cx, &pair).unwrap(), pair)
    };
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).unwrap();
        let (mut copy, pair) = prepared(cx);
        copy.set_handler(cx, &REARM);
        copy.start_detached(pair, &power).unwrap();
        *OWNED.lock().unwrap() = Some(copy);
        let intruder = move || {
            drop(OWNED.lock().unwrap().take());
            host_task(|cx| {
                let power = Active::resume(cx, &POWER).unwrap();
                let (mut copy, pair) = prepared(cx);
                std::mem::forget(copy.submit(pair, &power).unwrap());
                *OWNED.lock().unwrap() = Some(copy);
            });
        };
        *INTRUDER.lock().unwrap() = Some((log, What::Start, Box::new(intruder)));
        assert!(engine.irq());
        assert_eq!(starts(), 1, "only the first was issued");
        let mut copy = OWNED.lock().unwrap().take().unwrap();
        assert!(copy.recover().is_some(), "the next owner still has what it submitted");
    });
}

/// A handler re-arms, and before the hardware is started the owner looks whether anything is left to take. Looking must
/// not stop the chain.
#[test]
fn looking_for_leftovers_does_not_cancel_what_is_being_rearmed() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let log: &'static Log = Box::leak(Box::default());
    let arena = direct(log);
    let controller = Instant { log, raised: AtomicU32::new(0) };
    let engine: &'static Dmac<Instant> =
        Box::leak(Box::new(Dmac::new::<Controller0>(controller, &POWER, arena, Config::DEFAULT)));
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).unwrap();
        let pair = CopyPair { source: buffer(arena, cx, 0, 64).0, destination: buffer(arena, cx, 0, 64).0 };
        let mut copy = engine.claim::<MemoryCopy<Controller0>>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
        copy.set_handler(cx, &REARM);
        copy.start_detached(pair, &power).unwrap();
        *OWNED.lock().unwrap() = Some(copy);
        let intruder = || assert!(OWNED.lock().unwrap().as_mut().unwrap().recover().is_none());
        *INTRUDER.lock().unwrap() = Some((log, What::Start, Box::new(intruder)));
        assert!(engine.irq());
        assert_eq!(OUTCOME.lock().unwrap().take(), Some(None), "re-armed");
        let starts = log.0.lock().unwrap().iter().filter(|op| op.0 == What::Start).count();
        assert_eq!(starts, 2, "and started");
        let copy = OWNED.lock().unwrap().take().unwrap();
        copy.release(cx).unwrap();
    });
}
