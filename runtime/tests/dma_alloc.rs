//! Submitting, issuing and re-arming allocate nothing.

#![allow(unsafe_code, reason = "a global allocator that counts")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use linkwright::context::host_task;
use linkwright::dma::{CopyPair, Done, Linear, SegmentStorage, Sg};

use support::{Copier, Rig, pattern};

struct Counting;

thread_local!(static COUNT: Cell<u64> = const { Cell::new(0) });

// SAFETY: as the system's, which does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations() -> u64 {
    COUNT.with(Cell::get)
}

static NEXT: Mutex<Vec<CopyPair<u8>>> = Mutex::new(Vec::new());
static IN_CALLBACK: AtomicU64 = AtomicU64::new(0);
static ROUNDS: AtomicU64 = AtomicU64::new(0);
static CHAIN: fn(Done<'_, Copier, Linear>) = |done| {
    let before = allocations();
    let next = NEXT.lock().unwrap().pop();
    match next {
        Some(next) => drop(done.rearm(next).unwrap()),
        None if ROUNDS.load(Relaxed) < 10 => done.rearm_same().unwrap(),
        None => drop(done.finish()),
    }
    ROUNDS.fetch_add(1, Relaxed);
    IN_CALLBACK.fetch_add(allocations() - before, Relaxed);
};

#[test]
fn lists_allocate_nothing() {
    static ROOM: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let pairs: Vec<_> = (0..8).map(|seed| rig.pair(cx, &pattern(64, seed))).collect();
        let before = allocations();
        let mut list = ROOM.take().unwrap();
        for pair in pairs {
            list.push(pair).unwrap();
        }
        let filled = allocations() - before;
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        let mut copy = channel.prepare(cx, Sg::<8>::between(&list)).map_err(|(e, _)| e).unwrap();
        rig.machine.state().clocked = false;
        let before = allocations();
        let transfer = copy.submit(list, &power).unwrap().issue().unwrap();
        let submitted = allocations() - before;
        while !rig.machine.run(1) {}
        rig.machine.run(5);
        let before = allocations();
        rig.engine.irq();
        let done = transfer.wait(cx);
        assert_eq!((filled, submitted, allocations() - before), (0, 0, 0));
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.iter().all(|pair| *pair.source == *pair.destination));
    });
}

#[test]
fn start_and_rearm_allocate_nothing() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &CHAIN);
        let pair = rig.pair(cx, &pattern(64, 1));
        *NEXT.lock().unwrap() = (0..3).map(|_| rig.pair(cx, &pattern(64, 2))).collect();
        let before = allocations();
        let submitted = copy.submit(pair, &power).unwrap();
        submitted.issue_detached().unwrap();
        // The interrupt body too.
        for _ in 0..11 {
            while !rig.machine.run(1) {}
            assert!(rig.engine.irq());
        }
        // The machine's FIFO allocates as it runs; the engine's part is what callbacks and `submit` did.
        let machine = allocations() - before;
        assert_eq!(IN_CALLBACK.load(Relaxed), 0, "of {machine}");
        assert_eq!(ROUNDS.load(Relaxed), 11);

        rig.machine.state().clocked = false;
        let pair = rig.pair(cx, &pattern(64, 3));
        let before = allocations();
        let transfer = copy.submit(pair, &power).unwrap().issue().unwrap();
        let submitted = allocations() - before;
        while !rig.machine.run(1) {}
        rig.machine.run(5);
        let before = allocations();
        rig.engine.irq();
        let done = transfer.wait(cx);
        assert_eq!((submitted, allocations() - before), (0, 0));
        assert_eq!(done.result, Ok(()));
    });
}
