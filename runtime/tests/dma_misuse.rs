//! What no type refuses is refused when it happens: with a typed error and a text that says what to do, and everything
//! that was handed over comes back. What types refuse is in `tests/ui`.
#![allow(unsafe_code, reason = "states the wiring of an invented device")]

mod support;

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Barrier, Mutex};

use linkwright::context::{Task, host_task};
use linkwright::dma::memory::Arena;
use linkwright::dma::{
    Config, CopyPair, DeviceToMemory, Done, Endpoint, Expected, Linear, MemoryCopy, Port, Prepared, QueueStorage,
    SegmentStorage, Segments, Sg, StartError,
};
use linkwright::power::{Active, AlwaysOn};
use support::machine::CAPABILITIES;
use support::{CONFIG, Controller0, Copier, Machine, Other, Rig, pattern};

/// A device's line.
struct Line<const REQUEST: u8>;
// SAFETY: nothing is started here.
unsafe impl<const REQUEST: u8> Endpoint for Line<REQUEST> {
    type Controller = Controller0;
    type Peer = Controller0;
    type Direction = DeviceToMemory;
    type Word = u8;
    const PORT: Option<Port> = Some(Port::new(REQUEST, 0x1000));
}

/// An error as the programmer sees it, and as the user does.
struct Refusal(String, String);

impl<E: Debug + Display> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(format!("{error:?}"), error.to_string())
    }
}

fn on_a_board<R>(config: Config, f: impl FnOnce(&Rig, &Task<'_>) -> R) -> R {
    host_task(|cx| f(&Rig::with(config), cx))
}

/// What `provoke` is told on a board with one channel for 64 bytes.
fn start(
    provoke: impl FnOnce(&Rig, &Task<'_>, &mut Prepared<Copier, Linear>, &Active<Controller0>) -> Refusal,
) -> Refusal {
    on_a_board(CONFIG, |rig, cx| provoke(rig, cx, &mut rig.prepare(cx, 64), &rig.active(cx)))
}

fn prepare(config: Config, spoil: impl FnOnce(&Rig, &Task<'_>), bytes: u32) -> Refusal {
    on_a_board(config, |rig, cx| {
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        spoil(rig, cx);
        channel.prepare(cx, Linear::new(bytes)).unwrap_err().0.into()
    })
}

/// How a transfer ended that runs while `spoil` has been at work.
fn end(spoil: impl FnOnce(&Rig)) -> Refusal {
    start(|rig, cx, copy, power| {
        spoil(rig);
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), power).unwrap();
        while !transfer.is_done() {
            assert!(rig.serve());
        }
        transfer.wait(cx).result.unwrap_err().into()
    })
}

/// A variant, what its text says to do, and how to be refused with it.
type Case = (&'static str, &'static str, fn() -> Refusal);

const CLAIM: &[Case] = &[
    ("ClaimError::WrongController", "claim from the other engine", || {
        on_a_board(CONFIG, |rig, cx| rig.engine.claim::<MemoryCopy<Other>>(cx).unwrap_err().into())
    }),
    ("ClaimError::RequestTaken", "release that one first", || {
        on_a_board(CONFIG, |rig, cx| {
            let _first = rig.engine.claim::<Line<1>>(cx).unwrap();
            rig.engine.claim::<Line<1>>(cx).unwrap_err().into()
        })
    }),
    ("ClaimError::NoRequest", "correct the SoC spec's wiring", || {
        on_a_board(CONFIG, |rig, cx| rig.engine.claim::<Line<31>>(cx).unwrap_err().into())
    }),
    ("ClaimError::Power", "see its driver's error", || {
        on_a_board(CONFIG, |rig, cx| {
            rig.power.fail.store(1, SeqCst);
            rig.engine.claim::<Copier>(cx).unwrap_err().into()
        })
    }),
    ("ProbeError::Power", "see its driver's error", || {
        on_a_board(CONFIG, |rig, cx| {
            rig.power.fail.store(1, SeqCst);
            rig.engine.probe(cx, &CAPABILITIES).unwrap_err().into()
        })
    }),
    ("ProbeError::Mismatch", "correct the instance's parameters or its address", || {
        let expected = Expected { bus_bytes: 8, ..CAPABILITIES };
        on_a_board(CONFIG, |rig, cx| rig.engine.probe(cx, &expected).unwrap_err().into())
    }),
];

const PREPARE: &[Case] = &[
    ("PrepareError::NoThread", "unprepare a channel, or allow more in the engine's config", || {
        prepare(Config { threads: 1, ..CONFIG }, |rig, cx| std::mem::forget(rig.prepare(cx, 64)), 64)
    }),
    ("PrepareError::NoEvent", "unprepare a channel, or allow more in the engine's config", || {
        prepare(Config { events: 0, ..CONFIG }, |_, _| (), 64)
    }),
    ("PrepareError::Memory", "lend the arena more storage or drop buffers first", || {
        prepare(
            CONFIG,
            |rig, cx| std::mem::forget(rig.arena.alloc::<u8>(cx, rig.arena.free_bytes() as usize).unwrap()),
            64,
        )
    }),
    ("PrepareError::Power", "see its driver's error", || prepare(CONFIG, |rig, _| rig.power.fail.store(1, SeqCst), 64)),
    ("PrepareError::Plan", "give the shape at least one byte", || prepare(CONFIG, |_, _| (), 0)),
    ("PrepareError::Plan", "allow more program memory, or move fewer blocks", || {
        prepare(Config { program_bytes: 16, ..CONFIG }, |_, _| (), 64)
    }),
    ("PrepareError::Plan", "prepare fewer at a time", || {
        on_a_board(CONFIG, |rig, cx| {
            let blocks = [Linear::new(16); 5];
            rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Sg::<4>::new(&blocks)).unwrap_err().0.into()
        })
    }),
    ("PrepareError::Fifo", "unprepare one, or align both buffers to the bus", || {
        on_a_board(CONFIG, |rig, cx| {
            rig.machine.state().fifo_lines = 4;
            let crooked = Linear::new(1_000).at(1, 2);
            let mut prepared = Vec::new();
            loop {
                match rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, crooked) {
                    Ok(copy) => prepared.push(copy),
                    Err((error, _)) => break error.into(),
                }
            }
        })
    }),
];

static LIST: Mutex<()> = Mutex::new(());
static STORAGE: SegmentStorage<CopyPair<u8>, 4> = SegmentStorage::new();

/// A list of `blocks` pairs of 16 bytes.
fn list(rig: &Rig, cx: &Task<'_>, blocks: usize) -> Segments<CopyPair<u8>, 4> {
    let mut list = STORAGE.take().unwrap();
    for _ in 0..blocks {
        list.push(rig.pair(cx, &pattern(16, 3))).unwrap();
    }
    list
}

static KEPT: Mutex<Option<Prepared<Copier, Linear>>> = Mutex::new(None);
static TOLD: Mutex<Option<StartError>> = Mutex::new(None);
static CANCELS_ITSELF: fn(Done<'_, Copier, Linear>) = |done| {
    KEPT.lock().unwrap().as_mut().unwrap().cancel();
    *TOLD.lock().unwrap() = Some(done.rearm_same().unwrap_err().error);
};

const START: &[Case] = &[
    ("StartError::Busy", "wait for it, or take them", || {
        start(|rig, cx, copy, power| {
            std::mem::forget(copy.start(rig.pair(cx, &pattern(64, 1)), power).unwrap());
            copy.start(rig.pair(cx, &pattern(64, 2)), power).unwrap_err().error.into()
        })
    }),
    ("StartError::Segments", "push or pop segments", || {
        let _one_at_a_time = LIST.lock().unwrap();
        on_a_board(CONFIG, |rig, cx| {
            let channel = rig.engine.claim::<Copier>(cx).unwrap();
            let mut copy = channel.prepare(cx, Sg::<4>::uniform(16)).unwrap();
            let rejected = copy.start(list(rig, cx, 3), &rig.active(cx)).unwrap_err();
            assert_eq!(rejected.bufs.len(), 3);
            rejected.error.into()
        })
    }),
    ("StartError::TooShort", "use a longer window", || {
        start(|rig, cx, copy, power| copy.start(rig.pair(cx, &pattern(63, 1)), power).unwrap_err().error.into())
    }),
    ("StartError::Alignment", "move the window, or prepare with the shape's `between` or `of`", || {
        start(|rig, cx, copy, power| {
            let pair = CopyPair { source: rig.buffer(cx, 1, &[0; 64]), destination: rig.buffer(cx, 0, &[0; 64]) };
            copy.start(pair, power).unwrap_err().error.into()
        })
    }),
    ("StartError::OtherMemory", "allocate it from this controller's", || {
        start(|rig, cx, copy, power| {
            let elsewhere = Arena::leak_mirrored(4096, 0x1000_0000, Machine::leak());
            let pair = CopyPair { source: elsewhere.alloc(cx, 64).unwrap(), destination: rig.buffer(cx, 0, &[0; 64]) };
            copy.start(pair, power).unwrap_err().error.into()
        })
    }),
    ("StartError::OtherPower", "resume with the engine's own", || {
        static FOREIGN: AlwaysOn = AlwaysOn::new();
        start(|rig, cx, copy, _| {
            let foreign = Active::resume(cx, &FOREIGN).unwrap();
            copy.start(rig.pair(cx, &pattern(64, 1)), &foreign).unwrap_err().error.into()
        })
    }),
    ("StartError::Closed", "take the buffers with `finish`", || {
        on_a_board(CONFIG, |rig, cx| {
            let mut copy = rig.prepare(cx, 64);
            copy.set_handler(cx, &CANCELS_ITSELF);
            copy.start_detached(rig.pair(cx, &pattern(64, 1)), &rig.active(cx)).unwrap();
            *KEPT.lock().unwrap() = Some(copy);
            assert!(rig.serve());
            KEPT.lock().unwrap().take().unwrap().release(cx).unwrap();
            TOLD.lock().unwrap().take().unwrap().into()
        })
    }),
    ("StartError::Stuck", "check its clock and reset", || {
        start(|rig, cx, copy, power| {
            let pair = rig.pair(cx, &pattern(64, 1));
            rig.machine.state().busy = u32::MAX;
            copy.start(pair, power).unwrap_err().error.into()
        })
    }),
    ("StartError::QueueFull", "take what has ended, or lend it more storage", || {
        static ROOM: QueueStorage<Copier, Linear, 1> = QueueStorage::new();
        on_a_board(CONFIG, |rig, cx| {
            let queue = rig.prepare(cx, 64).into_queue(cx, &ROOM).unwrap();
            let power = rig.active(cx);
            queue.submit(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
            queue.submit(rig.pair(cx, &pattern(64, 2)), &power).unwrap_err().error.into()
        })
    }),
    ("QueueError::Busy", "take them with `recover` first", || {
        static ROOM: QueueStorage<Copier, Linear, 1> = QueueStorage::new();
        on_a_board(CONFIG, |rig, cx| {
            let mut copy = rig.prepare(cx, 64);
            std::mem::forget(copy.start(rig.pair(cx, &pattern(64, 1)), &rig.active(cx)).unwrap());
            copy.into_queue(cx, &ROOM).unwrap_err().0.into()
        })
    }),
    ("QueueError::StorageTaken", "lend a static of its own", || {
        static ROOM: QueueStorage<Copier, Linear, 1> = QueueStorage::new();
        on_a_board(CONFIG, |rig, cx| {
            let _first = rig.prepare(cx, 64).into_queue(cx, &ROOM).unwrap();
            rig.prepare(cx, 64).into_queue(cx, &ROOM).unwrap_err().0.into()
        })
    }),
    ("CopyError::Lengths", "cut the longer one", || {
        start(|rig, cx, copy, power| copy.copy_blocking(cx, rig.arena, &[1], &mut [0; 2], power).unwrap_err().into())
    }),
    ("CopyError::Memory", "lend the arena more storage or drop buffers first", || {
        start(|rig, cx, copy, power| {
            let _rest = rig.arena.alloc::<u8>(cx, rig.arena.free_bytes() as usize).unwrap();
            copy.copy_blocking(cx, rig.arena, &[1], &mut [0], power).unwrap_err().into()
        })
    }),
    ("CopyError::Start", "allocate it from this controller's", || {
        start(|_, cx, copy, power| {
            let elsewhere = Arena::leak_mirrored(4096, 0x1000_0000, Machine::leak());
            copy.copy_blocking(cx, elsewhere, &[1], &mut [0], power).unwrap_err().into()
        })
    }),
    ("CopyError::Transfer", "locked up", || {
        on_a_board(Config { polled: true, ..CONFIG }, |rig, cx| {
            rig.machine.state().lock_up = 1;
            let mut copy = rig.prepare(cx, 64);
            copy.copy_blocking(cx, rig.arena, &[1], &mut [0], &rig.active(cx)).unwrap_err().into()
        })
    }),
];

static INSIDE: Barrier = Barrier::new(2);
static LEAVE: Barrier = Barrier::new(2);
static DAWDLES: fn(Done<'_, Copier, Linear>) = |done| {
    INSIDE.wait();
    LEAVE.wait();
    drop(done.finish());
};

const END: &[Case] = &[
    ("TransferError::Fault", "at program offset", || end(|rig| rig.machine.state().lock_up = 1)),
    ("TransferError::Manager", "check the manager's security state and the program's memory", || {
        end(|rig| rig.machine.state().refuse_start = true)
    }),
    ("TransferError::NoEnd", "transfer again what must be whole", || end(|rig| rig.machine.state().never_end = 1)),
    ("TransferError::Cancelled", "stopped on request", || {
        start(|rig, cx, copy, power| {
            let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), power).unwrap();
            transfer.stop(cx).result.unwrap_err().into()
        })
    }),
    ("TransferError::TimedOut", "check that the device sends requests, or wait longer", || {
        on_a_board(CONFIG, |rig, cx| {
            let mut copy = rig.prepare(cx, 8_000);
            let transfer = copy.start(rig.pair(cx, &pattern(8_000, 1)), &rig.active(cx)).unwrap();
            transfer.wait_or(cx, || true).unwrap().result.unwrap_err().into()
        })
    }),
    ("TransferError::Vanished", "keep others from driving or resetting the controller", || {
        start(|rig, cx, copy, power| {
            let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), power).unwrap();
            rig.machine.state().threads[0].state = None;
            assert_eq!(rig.engine.watch().untold, 1);
            transfer.wait(cx).result.unwrap_err().into()
        })
    }),
    ("TransferError::NotStarted", "check its clock and reset", || {
        static ROOM: QueueStorage<Copier, Linear, 2> = QueueStorage::new();
        on_a_board(CONFIG, |rig, cx| {
            let queue = rig.prepare(cx, 64).into_queue(cx, &ROOM).unwrap();
            let power = rig.active(cx);
            for seed in 0..2 {
                queue.submit(rig.pair(cx, &pattern(64, seed)), &power).unwrap();
            }
            queue.issue();
            while !rig.machine.run(1) {}
            rig.machine.state().busy = u32::MAX;
            assert!(rig.engine.irq());
            rig.machine.state().busy = 0;
            assert_eq!(queue.wait(cx).unwrap().1.result, Ok(()));
            queue.wait(cx).unwrap().1.result.unwrap_err().into()
        })
    }),
    ("ReleaseError::Running", "reset the controller", || {
        on_a_board(CONFIG, |rig, cx| {
            let mut copy = rig.prepare(cx, 64);
            copy.start_detached(rig.pair(cx, &pattern(64, 1)), &rig.active(cx)).unwrap();
            rig.machine.state().kill_latency = u32::MAX;
            copy.release(cx).unwrap_err().into()
        })
    }),
    ("ReleaseError::InCallback", "release when it has", || {
        on_a_board(CONFIG, |rig, cx| {
            let mut copy = rig.prepare(cx, 64);
            copy.set_handler(cx, &DAWDLES);
            copy.start_detached(rig.pair(cx, &pattern(64, 1)), &rig.active(cx)).unwrap();
            while !rig.machine.run(1) {}
            let engine = rig.engine;
            let other = std::thread::spawn(move || engine.irq());
            INSIDE.wait();
            let error = copy.release(cx).unwrap_err();
            LEAVE.wait();
            assert!(other.join().unwrap());
            error.into()
        })
    }),
];

fn cases() -> impl Iterator<Item = &'static Case> {
    [CLAIM, PREPARE, START, END].into_iter().flatten()
}

#[test]
fn every_refusal_is_typed_and_says_what_to_do() {
    let mut wrong = Vec::new();
    for (variant, says, provoke) in cases() {
        let Refusal(debug, text) = provoke();
        let name = variant.rsplit("::").next().unwrap_or_default();
        if !debug.starts_with(name) || !text.contains(says) {
            wrong.push(format!("{variant} is {debug} and says: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the invented machine cannot come to, and the tests on the simulated controller that do.
const ELSEWHERE: &[(&str, &str)] = &[
    ("PauseError::Ended", "sim/tests/shapes/pausing.rs"),
    ("PauseError::Stuck", "sim/tests/shapes/pausing.rs"),
    ("StartError::SplitLine", "sim/tests/ring/gated.rs"),
    ("RingError::Underrun", "sim/tests/ring/plain.rs"),
    ("RingError::Overrun", "sim/tests/ring/plain.rs"),
    ("RingError::Ended", "sim/tests/ring/endings.rs"),
    ("RingError::Idle", "sim/tests/ring/endings.rs"),
    ("RingError::Hung", "sim/tests/ring/endings.rs"),
    ("RingError::Stuck", "sim/tests/ring/gated.rs"),
];

/// The variants of the errors in a source file.
fn variants(source: &str) -> Vec<String> {
    let (mut found, mut error, mut before) = (Vec::new(), None, "");
    for line in source.lines() {
        // Every error may grow, which tells them from other enums.
        if let (Some(rest), "#[non_exhaustive]") = (line.strip_prefix("pub enum "), before) {
            error = rest.strip_suffix(" {").filter(|name| name.ends_with("Error"));
        } else if line == "}" {
            error = None;
        }
        before = line;
        let variant = line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_uppercase));
        if let (Some(error), Some(variant)) = (error, variant) {
            let name: String = variant.chars().take_while(|c| c.is_alphanumeric()).collect();
            found.push(format!("{error}::{name}"));
        }
    }
    found
}

#[test]
fn no_error_is_forgotten() {
    let read = |path: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/").to_owned() + path;
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let sources = ["error.rs", "failure.rs", "queue/mod.rs", "ring/error.rs"];
    let declared: BTreeSet<String> =
        sources.iter().flat_map(|source| variants(&read(&format!("src/dma/{source}")))).collect();
    let here = cases().map(|case| case.0);
    let elsewhere = ELSEWHERE.iter().map(|(variant, path)| {
        assert!(read(path).contains(variant), "{path} does not come to {variant}");
        *variant
    });
    let provoked: BTreeSet<String> = here.chain(elsewhere).map(str::to_owned).collect();
    assert_eq!(declared, provoked);
}

static SERVED_WITHIN: Mutex<(Option<&'static support::Engine>, u32)> = Mutex::new((None, 0));
static SERVES: fn(Done<'_, Copier, Linear>) = |done| {
    let engine = {
        let mut within = SERVED_WITHIN.lock().unwrap();
        within.1 += 1;
        within.0.unwrap()
    };
    assert!(!engine.irq(), "this end was taken over before the handler was called");
    assert_eq!(engine.watch().untold, 0);
    drop(done.finish());
};

/// Serving the interrupt inside a handler, which has no business there, ends nothing twice and waits for nothing.
#[test]
fn a_handler_that_serves_the_interrupt_is_called_once() {
    on_a_board(CONFIG, |rig, cx| {
        SERVED_WITHIN.lock().unwrap().0 = Some(rig.engine);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &SERVES);
        let power = rig.active(cx);
        for round in 1..4 {
            copy.start_detached(rig.pair(cx, &pattern(64, round)), &power).unwrap();
            assert!(rig.serve());
            assert_eq!(SERVED_WITHIN.lock().unwrap().1, round);
        }
        copy.release(cx).unwrap();
    });
}

/// Sleepable operations inside a handler are found where they happen, and the engine survives the panic.
#[test]
#[cfg(debug_assertions)]
fn sleeping_in_a_handler_through_a_new_task_is_found() {
    static SLEEPS: fn(Done<'_, Copier, Linear>) = |done| {
        host_task(|cx| cx.might_sleep());
        drop(done.finish());
    };
    on_a_board(CONFIG, |rig, cx| {
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &SLEEPS);
        let power = rig.active(cx);
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        while !rig.machine.run(1) {}
        let engine = rig.engine;
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| engine.irq())).unwrap_err();
        let text = panic.downcast_ref::<&str>().copied().unwrap_or_default();
        assert!(text.contains("entered from atomic context"), "{text}");
        // The buffers were parked, and the channel works on.
        let left = copy.recover().expect("the buffers");
        assert_eq!(left.result, Ok(()));
        let transfer = copy.start(left.bufs, &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        copy.release(cx).unwrap();
    });
}
