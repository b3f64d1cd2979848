//! Whatever a client drops, leaks or lets panic, at whatever moment: memory that the device may still use is never given
//! to anybody else.
//!
//! After each abuse everything that the arena calls free is taken, and what the device sees of it is filled with a
//! pattern; then the device runs on. A store into freed memory spoils the pattern, a freed program does not end.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use linkwright::context::{Task, host_task};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{CopyPair, Done, Linear, Prepared, QueueStorage, SegmentStorage, Segments, Sg};

use support::{BASE, Copier, Rig, count, pattern};

const LEN: usize = 200;
const POISON: u8 = 0xa5;

/// Everything that is free, taken.
struct Freed {
    blocks: Vec<DmaBuf<u8>>,
}

impl Freed {
    fn take(rig: &Rig, cx: &Task<'_>) -> Self {
        let mut blocks = Vec::new();
        for size in [1 << 17, 1 << 14, 1 << 11, 1 << 8, 1 << 5] {
            while let Ok(block) = rig.arena.alloc::<u8>(cx, size) {
                let at = (block.bus_address() - BASE) as usize;
                rig.machine.state().memory[at..at + size].fill(POISON);
                blocks.push(block);
            }
        }
        assert!(rig.arena.free_bytes() < 32);
        Self { blocks }
    }

    fn bytes(&self) -> u32 {
        self.blocks.iter().map(|block| block.len() as u32).sum()
    }

    fn check(&self, rig: &Rig, what: &str) {
        for block in &self.blocks {
            let at = (block.bus_address() - BASE) as usize;
            let memory = &rig.machine.state().memory[at..at + block.len()];
            assert!(memory.iter().all(|byte| *byte == POISON), "{what}: the device wrote into memory that was freed");
        }
    }
}

/// At what moment.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// After so many instructions.
    Running(u32),
    /// The interrupt is up and nobody has served it.
    Unserved,
    /// It was served.
    Served,
}

const MOMENTS: [Moment; 11] = [
    Moment::Running(0),
    Moment::Running(3),
    // A load, and the store behind it.
    Moment::Running(8),
    Moment::Running(9),
    Moment::Running(10),
    Moment::Running(11),
    Moment::Running(12),
    Moment::Running(15),
    Moment::Running(40),
    Moment::Unserved,
    Moment::Served,
];

fn reach(rig: &Rig, moment: Moment) {
    match moment {
        Moment::Running(steps) => drop(rig.machine.run(steps)),
        Moment::Unserved => while !rig.machine.run(1) {},
        Moment::Served => assert!(rig.serve()),
    }
}

/// What the client does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Abuse {
    Drop,
    Forget,
    Panic,
}

/// Let `value` go as the client does.
fn abuse<T>(value: T, how: Abuse) {
    match how {
        Abuse::Drop => drop(value),
        Abuse::Forget => std::mem::forget(value),
        Abuse::Panic => {
            let unwound = catch_unwind(AssertUnwindSafe(move || {
                let _value = value;
                std::panic::resume_unwind(Box::new("a client's bug"));
            }));
            assert!(unwound.is_err());
        }
    }
}

/// A scenario: at `moment` the client abuses what it has. `true` when it leaked something for good.
type Scenario = fn(&Rig, &Task<'_>, Moment, Abuse) -> bool;

fn judge(name: &str, scenario: Scenario) {
    // A board is never given back; one that something was leaked on is of no use any more.
    let mut rig = Rig::new();
    for latency in [0, 7, 60] {
        for moment in MOMENTS {
            for how in [Abuse::Drop, Abuse::Forget, Abuse::Panic] {
                let what = format!("{name}, {moment:?}, {how:?}, latency {latency}");
                let leaked = host_task(|cx| {
                    // The engine allocates its programs in here too.
                    let free = rig.arena.free_bytes();
                    rig.machine.state().kill_latency = latency;
                    let leaked = scenario(&rig, cx, moment, how);
                    let freed = Freed::take(&rig, cx);
                    let held = free - freed.bytes();
                    for _ in 0..60 {
                        rig.machine.run(10);
                        rig.engine.irq();
                    }
                    freed.check(&rig, &what);
                    assert!(rig.machine.state().threads.iter().all(|t| t.ended()), "{what}: still runs");
                    drop(freed);
                    // The next client collects what is quiet now.
                    rig.prepare(cx, 8).release(cx).unwrap();
                    if leaked {
                        assert!(rig.arena.free_bytes() < free && held > 0, "{what}: a leak frees nothing");
                    } else {
                        assert_eq!(rig.arena.free_bytes(), free, "{what}: not all came back");
                        assert_eq!(count(&rig), 0, "{what}: power counts");
                    }
                    leaked
                });
                if leaked {
                    rig = Rig::new();
                }
            }
        }
    }
}

/// Everything but the named handle goes properly.
fn prepared(rig: &Rig, cx: &Task<'_>) -> Prepared<Copier, Linear> {
    rig.prepare(cx, LEN as u32)
}

fn pair(rig: &Rig, cx: &Task<'_>) -> CopyPair<u8> {
    rig.pair(cx, &pattern(LEN, 3))
}

#[test]
fn transfers() {
    judge("Transfer", |rig, cx, moment, how| {
        let power = rig.active(cx);
        let mut copy = prepared(rig, cx);
        let transfer = copy.start(pair(rig, cx), &power).unwrap();
        reach(rig, moment);
        abuse(transfer, how);
        drop(power);
        // Then the channel.
        drop(copy);
        false
    });
}

#[test]
fn transfers_and_their_channels() {
    judge("Transfer and Prepared", |rig, cx, moment, how| {
        let mut copy = prepared(rig, cx);
        let transfer = copy.start(pair(rig, cx), &rig.active(cx)).unwrap();
        reach(rig, moment);
        std::mem::forget(transfer);
        abuse(copy, how);
        how == Abuse::Forget
    });
}

#[test]
fn a_leaked_transfers_buffers_are_recovered() {
    judge("recover", |rig, cx, moment, how| {
        let mut copy = prepared(rig, cx);
        std::mem::forget(copy.start(pair(rig, cx), &rig.active(cx)).unwrap());
        reach(rig, moment);
        if how == Abuse::Panic {
            copy.cancel();
        }
        let completed = loop {
            match copy.recover() {
                Some(completed) => break completed,
                None => {
                    rig.machine.run(5);
                    rig.engine.irq();
                }
            }
        };
        assert_eq!(completed.bufs.source[..], pattern(LEN, 3)[..]);
        if completed.result.is_ok() {
            assert_eq!(completed.bufs.source[..], completed.bufs.destination[..]);
        }
        false
    });
}

#[test]
fn submitted_and_not_issued() {
    judge("Submitted", |rig, cx, moment, how| {
        let power = rig.active(cx);
        let mut copy = prepared(rig, cx);
        let submitted = copy.submit(pair(rig, cx), &power).unwrap();
        if let Moment::Running(steps) = moment {
            rig.machine.run(steps);
        }
        abuse(submitted, how);
        drop(power);
        drop(copy);
        false
    });
}

#[test]
fn lists() {
    judge("Sg", |rig, cx, moment, how| {
        let storage: &'static SegmentStorage<CopyPair<u8>, 3> = Box::leak(Box::new(SegmentStorage::new()));
        let mut list: Segments<CopyPair<u8>, 3> = storage.take().unwrap();
        for _ in 0..3 {
            list.push(pair(rig, cx)).unwrap();
        }
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        let mut copy = channel.prepare(cx, Sg::<3>::uniform(LEN as u32)).unwrap();
        let transfer = copy.start(list, &rig.active(cx)).unwrap();
        reach(rig, moment);
        abuse(transfer, how);
        assert!(storage.take().is_none() || how != Abuse::Forget, "a list in flight is lent");
        drop(copy);
        false
    });
}

#[test]
fn queues() {
    judge("Queue", |rig, cx, moment, how| {
        let storage: &'static QueueStorage<Copier, Linear, 3> = Box::leak(Box::new(QueueStorage::new()));
        let queue = prepared(rig, cx).into_queue(cx, storage).unwrap();
        let power = rig.active(cx);
        for _ in 0..3 {
            queue.submit(pair(rig, cx), &power).unwrap();
        }
        queue.issue();
        drop(power);
        reach(rig, moment);
        abuse(queue, how);
        how == Abuse::Forget
    });
}

#[test]
fn queues_that_were_terminated() {
    judge("Queue after terminate", |rig, cx, moment, how| {
        let storage: &'static QueueStorage<Copier, Linear, 3> = Box::leak(Box::new(QueueStorage::new()));
        let queue = prepared(rig, cx).into_queue(cx, storage).unwrap();
        for _ in 0..3 {
            queue.submit(pair(rig, cx), &rig.active(cx)).unwrap();
        }
        queue.issue();
        reach(rig, moment);
        queue.terminate();
        let taken = queue.pop();
        abuse((queue, taken), how);
        how == Abuse::Forget
    });
}

static LEAKS: AtomicU32 = AtomicU32::new(0);
static HOW: Mutex<Abuse> = Mutex::new(Abuse::Drop);
static HANDLER: fn(Done<'_, Copier, Linear>) = |done| {
    LEAKS.fetch_add(1, SeqCst);
    let how = *HOW.lock().unwrap();
    match how {
        Abuse::Drop => drop(done),
        Abuse::Forget => std::mem::forget(done),
        Abuse::Panic => {
            let _done = done;
            std::panic::resume_unwind(Box::new("a client's bug"));
        }
    }
};

/// In a handler: its `Done` is dropped, leaked, or on the stack of a panic.
#[test]
fn handlers() {
    judge("Done", |rig, cx, moment, how| {
        *HOW.lock().unwrap() = how;
        let mut copy = prepared(rig, cx);
        copy.set_handler(cx, &HANDLER);
        copy.start_detached(pair(rig, cx), &rig.active(cx)).unwrap();
        let handled = LEAKS.load(SeqCst);
        let _ = catch_unwind(AssertUnwindSafe(|| reach(rig, moment)));
        while LEAKS.load(SeqCst) == handled {
            rig.machine.run(3);
            let _ = catch_unwind(AssertUnwindSafe(|| rig.engine.irq()));
        }
        // The channel is usable, whatever the handler did.
        let recovered = copy.recover();
        assert_eq!(recovered.is_some(), how != Abuse::Forget);
        drop(recovered);
        copy.clear_handler(cx);
        drop(copy.start(pair(rig, cx), &rig.active(cx)).unwrap());
        drop(copy);
        // What it leaked is leaked.
        how == Abuse::Forget
    });
}

/// A future that is polled and then dropped or leaked is a transfer.
#[test]
fn futures() {
    judge("Future", |rig, cx, moment, how| {
        let mut copy = prepared(rig, cx);
        let power = rig.active(cx);
        let mut future = Box::pin(async { copy.start(pair(rig, cx), &power).unwrap().await });
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        reach(rig, moment);
        // A leaked future keeps the guard's borrow, not the guard.
        abuse(future, how);
        drop(power);
        drop(copy);
        false
    });
}
