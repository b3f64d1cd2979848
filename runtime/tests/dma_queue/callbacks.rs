//! Callbacks: they restart without allocating, drop their queue, panic, and hear of one end at a time.

#![allow(unsafe_code, reason = "a global allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use linkwright::context::host_task;
use linkwright::dma::{Ended, Linear, Queue, StartError};

use crate::support::{self, Copier, Rig};
use crate::{LEN, check, pair, queue, storage};

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

static RESTARTS: AtomicU32 = AtomicU32::new(0);
static IN_CALLBACK: AtomicU64 = AtomicU64::new(0);
static RESTART: fn(Ended<'_, Copier, Linear>) = |ended| {
    let before = allocations();
    let mut pair = ended.completed.bufs;
    assert_eq!(ended.completed.result, Ok(()));
    assert_eq!(*pair.source, *pair.destination);
    if RESTARTS.fetch_add(1, SeqCst) < 100 {
        pair.destination.fill(0);
        ended.queue.submit(pair).unwrap();
        ended.queue.issue();
    }
    IN_CALLBACK.fetch_add(allocations() - before, SeqCst);
};

#[test]
fn a_callback_restarts_and_nothing_allocates() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut queue = queue::<4>(&rig, cx);
        queue.set_handler(cx, &RESTART);
        let pairs: Vec<_> = (0..3).map(|seed| pair(&rig, cx, seed)).collect();
        rig.machine.state().clocked = false;
        let before = allocations();
        for pair in pairs {
            queue.submit(pair, &power).unwrap();
        }
        queue.issue();
        assert_eq!(allocations(), before, "submit and issue allocated");
        // What runs now holds its power itself.
        drop(power);
        for _ in 0..103 {
            while !rig.machine.run(1) {}
            rig.machine.run(3);
            let before = allocations();
            assert!(rig.engine.irq());
            assert_eq!(allocations(), before, "chaining allocated");
        }
        assert_eq!((RESTARTS.load(SeqCst), IN_CALLBACK.load(SeqCst)), (103, 0));
        assert!(queue.is_empty() && queue.pop().is_none());
        assert_eq!(support::count(&rig), 0);
        rig.machine.state().clocked = true;
        queue.synchronize(cx).unwrap().release(cx).unwrap();
    });
    rig.assert_clean(free);
}

static DROPPED: Mutex<Option<Queue<Copier, Linear>>> = Mutex::new(None);
static DROP_IT: fn(Ended<'_, Copier, Linear>) = |ended| {
    drop(DROPPED.lock().unwrap().take());
    let rejected = ended.queue.submit(ended.completed.bufs).unwrap_err();
    assert_eq!(rejected.error, StartError::Closed);
};

#[test]
fn a_callback_may_drop_its_queue() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let storage = storage::<3>();
        let mut queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        queue.set_handler(cx, &DROP_IT);
        for seed in 0..3 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        queue.issue();
        *DROPPED.lock().unwrap() = Some(queue);
        drop(power);
        assert!(rig.serve());
        assert!(DROPPED.lock().unwrap().is_none());
        for _ in 0..20 {
            rig.machine.run(5);
            rig.engine.irq();
        }
        let queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        queue.synchronize(cx).unwrap().release(cx).unwrap();
    });
    rig.assert_clean(free);
}

static SHARED: Mutex<Option<Arc<Queue<Copier, Linear>>>> = Mutex::new(None);
static CALLS: Mutex<(bool, u32)> = Mutex::new((false, 0));
static ONE_BY_ONE: fn(Ended<'_, Copier, Linear>) = |ended| {
    let (inside, calls) = *CALLS.lock().unwrap();
    assert!(!inside, "called while it runs");
    *CALLS.lock().unwrap() = (true, calls + 1);
    check(&ended.completed, calls);
    // Uses of the queue find other ends; they wait for this call to return.
    let queue = SHARED.lock().unwrap().clone().unwrap();
    queue.issue();
    *CALLS.lock().unwrap() = (false, calls + 1);
};

#[test]
fn a_callback_hears_of_one_end_at_a_time_and_in_order() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut queue = queue::<4>(&rig, cx);
        queue.set_handler(cx, &ONE_BY_ONE);
        let queue = Arc::new(queue);
        *SHARED.lock().unwrap() = Some(Arc::clone(&queue));
        for seed in 0..4 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        // All end at once.
        queue.terminate();
        assert_eq!(*CALLS.lock().unwrap(), (false, 4));
        *SHARED.lock().unwrap() = None;
    });
}

static PANICS: AtomicU32 = AtomicU32::new(0);
static PANIC: fn(Ended<'_, Copier, Linear>) = |_| {
    if PANICS.fetch_add(1, SeqCst) == 0 {
        panic!("a client's bug");
    }
};

#[test]
fn a_panicking_callback_costs_only_its_own_buffers() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut queue = queue::<3>(&rig, cx);
        queue.set_handler(cx, &PANIC);
        for seed in 0..3 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        queue.issue();
        while !rig.machine.run(1) {}
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rig.engine.irq())).is_err());
        assert!(rig.serve() && rig.serve());
        assert_eq!(PANICS.load(SeqCst), 3);
        assert!(queue.is_empty());
        queue.synchronize(cx).unwrap().release(cx).unwrap();
        drop(power);
    });
    rig.assert_clean(free);
}
