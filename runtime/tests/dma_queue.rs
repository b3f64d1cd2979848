//! Queues over an invented controller: order, chaining, callbacks, failures, cancelling, leaks, panics, and what it costs.

#![allow(unsafe_code, reason = "a global allocator that counts")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{
    AfterError, Completed, Config, Cookie, CopyPair, Ended, Linear, Queue, QueueError, QueueStorage, StartError,
    Status, TransferError,
};
use linkwright::power::{Active, AlwaysOn};

use support::{BASE, CONFIG, Controller0, Copier, Rig, pattern};

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

type Storage<const N: usize> = QueueStorage<Copier, Linear, N>;
type Pair = CopyPair<u8>;

const LEN: u32 = 96;

fn storage<const N: usize>() -> &'static Storage<N> {
    Box::leak(Box::new(QueueStorage::new()))
}

fn queue<const N: usize>(rig: &Rig, cx: &Task<'_>) -> Queue<Copier, Linear> {
    rig.prepare(cx, LEN).into_queue(cx, storage::<N>()).map_err(|(e, _)| e).unwrap()
}

fn pair(rig: &Rig, cx: &Task<'_>, seed: u32) -> Pair {
    rig.pair(cx, &pattern(LEN as usize, seed))
}

/// The pair made with this seed came back, and holds the data if it says so.
fn check(completed: &Completed<Pair>, seed: u32) {
    assert_eq!(*completed.bufs.source, *pattern(LEN as usize, seed), "the buffers of another transfer");
    if completed.result.is_ok() {
        assert_eq!(*completed.bufs.destination, *completed.bufs.source, "success means that the data is there");
    }
}

#[test]
fn submitting_starts_nothing_and_issuing_chains_in_order() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let prepared = rig.prepare(cx, LEN);
        let program = (prepared.program_address().unwrap() - BASE) as usize;
        let program = program..program + usize::from(prepared.program().len);
        let queue = prepared.into_queue(cx, storage::<4>()).unwrap();
        let before = (rig.machine.accesses(), support::count(&rig));
        let cookies: Vec<Cookie> = (0..3).map(|seed| queue.submit(pair(&rig, cx, seed), &power).unwrap()).collect();
        assert_eq!(rig.machine.accesses(), before.0, "submitting touched the controller");
        assert_eq!(support::count(&rig), before.1 + 3, "each entry holds power");
        assert!(cookies.iter().all(|cookie| queue.status(*cookie) == Status::Queued));
        assert!(queue.pop().is_none());
        // Not issued: nothing to wait for.
        assert!(queue.wait(cx).is_none());

        rig.machine.state().clocked = false;
        let (reads, writes) = rig.machine.accesses();
        queue.issue();
        assert_eq!(rig.machine.accesses(), (reads + 1, writes + 3));
        let late = queue.submit(pair(&rig, cx, 3), &power).unwrap();
        let all = [cookies[0], cookies[1], cookies[2], late];
        assert_eq!(all.map(|c| queue.status(c)), [Status::Running, Status::Issued, Status::Issued, Status::Queued]);
        queue.issue();
        for done in 1..=4 {
            while !rig.machine.run(1) {}
            rig.machine.run(3);
            let (reads, writes) = rig.machine.accesses();
            let old = rig.machine.state().memory[program.clone()].to_vec();
            assert!(rig.engine.irq());
            let new = rig.machine.state().memory[program.clone()].to_vec();
            let patched = old.iter().zip(new).filter(|(old, new)| **old != *new).count();
            assert!(patched <= 8 && (patched > 0) == (done < 4), "{patched} bytes patched");
            // 3 reads and 1 write to serve, 1 read to see it stopped; then the next start.
            let start = if done < 4 { (1, 3) } else { (0, 0) };
            assert_eq!(rig.machine.accesses(), (reads + 4 + start.0, writes + 1 + start.1));
            assert_eq!(queue.status(all[done - 1]), Status::Done);
            assert_eq!(support::count(&rig), 1 + (4 - done as i32) + i32::from(done < 4), "after {done}");
        }
        for (seed, cookie) in (0..).zip(all) {
            let (popped, completed) = queue.pop().unwrap();
            assert_eq!((popped, completed.result), (cookie, Ok(())));
            check(&completed, seed);
            assert_eq!(queue.status(cookie), Status::Taken);
        }
        assert!(queue.is_empty() && queue.pop().is_none());
        queue.synchronize(cx).unwrap().release(cx).unwrap();
        drop(power);
    });
    rig.assert_clean(free);
}

#[test]
fn what_does_not_fit_is_refused_at_once() {
    let rig = Rig::new();
    let other = Rig::new();
    static OTHER_POWER: AlwaysOn = AlwaysOn::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let queue = queue::<2>(&rig, cx);
        let refused = |pair: Pair, power: &Active<Controller0>| {
            let source = pair.source.bus_address();
            let rejected = queue.submit(pair, power).unwrap_err();
            assert_eq!(rejected.bufs.source.bus_address(), source, "the buffers come back");
            rejected.error
        };
        assert!(matches!(refused(rig.pair(cx, &[1; 95]), &power), StartError::TooShort { need: 96, have: 95, .. }));
        let crooked = CopyPair { source: rig.buffer(cx, 1, &[0; 96]), destination: rig.buffer(cx, 0, &[0; 96]) };
        assert!(matches!(refused(crooked, &power), StartError::Alignment { .. }));
        assert_eq!(refused(pair(&other, cx, 1), &power), StartError::OtherMemory);
        let foreign = Active::resume(cx, &OTHER_POWER).unwrap();
        assert_eq!(refused(pair(&rig, cx, 1), &foreign), StartError::OtherPower);
        assert!(queue.is_empty());
        let cookie = queue.submit(pair(&rig, cx, 1), &power).unwrap();
        queue.submit(pair(&rig, cx, 2), &power).unwrap();
        assert_eq!((queue.len(), queue.capacity()), (2, 2));
        assert_eq!(refused(pair(&rig, cx, 3), &power), StartError::QueueFull);
        queue.issue();
        assert!(rig.serve());
        // Ended, but not taken.
        assert_eq!(refused(pair(&rig, cx, 3), &power), StartError::QueueFull);
        assert_eq!(queue.pop().unwrap().0, cookie);
        queue.submit(pair(&rig, cx, 3), &power).unwrap();

        // A cookie names a transfer of one queue.
        let prepared = rig.prepare(cx, LEN);
        let second = prepared.into_queue(cx, storage::<1>()).unwrap();
        assert_eq!((second.status(cookie), queue.status(cookie)), (Status::Unknown, Status::Taken));
    });
}

#[test]
fn storage_and_channel_are_one_queues_at_a_time() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let storage = storage::<2>();
        let queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        let (error, mut prepared) = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap_err();
        assert_eq!(error, QueueError::StorageTaken);
        assert!(error.to_string().contains("static of its own"));
        prepared.start_detached(pair(&rig, cx, 1), &power).unwrap();
        let (error, mut prepared) = prepared.into_queue(cx, super_storage()).unwrap_err();
        assert_eq!(error, QueueError::Busy);
        assert!(rig.serve());
        prepared.recover().unwrap();
        let old = queue.submit(pair(&rig, cx, 1), &power).unwrap();
        queue.synchronize(cx).unwrap().release(cx).unwrap();
        let queue = prepared.into_queue(cx, storage).unwrap();
        // Numbers go on: an old cookie does not name a new transfer.
        let new = queue.submit(pair(&rig, cx, 2), &power).unwrap();
        assert!(old != new && queue.status(old) == Status::Taken);
        let mut prepared = queue.synchronize(cx).unwrap();
        // The queue is no handler any more.
        prepared.start_detached(pair(&rig, cx, 3), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(prepared.recover().unwrap().result, Ok(()));
        // Nor of the next queue in the storage.
        let next = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        let cookie = next.submit(pair(&rig, cx, 4), &power).unwrap();
        rig.machine.state().end_delay = 50;
        prepared.start_detached(pair(&rig, cx, 5), &power).unwrap();
        rig.machine.run(30);
        next.issue();
        assert!(rig.serve());
        assert_eq!(next.status(cookie), Status::Running);
        check(&prepared.recover().unwrap(), 5);
        assert!(rig.serve());
        check(&next.pop().unwrap().1, 4);
    });
}

fn super_storage() -> &'static Storage<1> {
    storage::<1>()
}

struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn awaiting_is_woken_by_the_interrupt() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let queue = queue::<4>(&rig, cx);
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker = Waker::from(Arc::clone(&count));
        let poll = || pin!(queue.next()).poll(&mut Context::from_waker(&waker));
        assert!(matches!(poll(), Poll::Ready(None)), "nothing was issued");
        queue.submit(pair(&rig, cx, 1), &power).unwrap();
        queue.submit(pair(&rig, cx, 2), &power).unwrap();
        assert!(matches!(poll(), Poll::Ready(None)));
        queue.issue();
        for seed in 1..=2 {
            assert!(poll().is_pending());
            assert_eq!(count.0.load(SeqCst), seed - 1);
            assert!(rig.serve());
            assert_eq!(count.0.load(SeqCst), seed);
            let Poll::Ready(Some((_, completed))) = poll() else { panic!("not woken for nothing") };
            check(&completed, seed);
        }
        assert!(matches!(poll(), Poll::Ready(None)));

        // Two that wait at once wake each other, so that neither is forgotten.
        queue.submit(pair(&rig, cx, 3), &power).unwrap();
        queue.issue();
        let other = Arc::new(Count(AtomicU32::new(0)));
        assert!(poll().is_pending());
        let other_waker = Waker::from(Arc::clone(&other));
        assert!(pin!(queue.next()).poll(&mut Context::from_waker(&other_waker)).is_pending());
        assert_eq!((count.0.load(SeqCst), other.0.load(SeqCst)), (3, 0));

        // A kill has no interrupt: who waits for it asks again.
        rig.machine.state().kill_latency = 50;
        queue.terminate();
        assert_eq!(other.0.load(SeqCst), 1);
        let mut polls = 0;
        let completed = loop {
            let before = count.0.load(SeqCst);
            match poll() {
                Poll::Ready(taken) => break taken.unwrap().1,
                Poll::Pending => assert!(count.0.load(SeqCst) > before),
            }
            polls += 1;
        };
        assert!(polls > 3 && completed.result == Err(TransferError::Cancelled));
    });
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

#[test]
fn behind_a_fault_the_rest_goes_on_or_comes_back() {
    for (policy, others) in [(AfterError::Continue, Ok(())), (AfterError::Return, Err(TransferError::Cancelled))] {
        let rig = Rig::new();
        let free = rig.arena.free_bytes();
        host_task(|cx| {
            let power = rig.active(cx);
            let queue = queue::<5>(&rig, cx);
            queue.after_error(policy);
            let cookies: Vec<_> = (0..5).map(|seed| queue.submit(pair(&rig, cx, seed), &power).unwrap()).collect();
            queue.issue();
            assert!(rig.serve());
            rig.machine.state().lock_up = u32::MAX;
            assert!(rig.serve());
            rig.machine.state().lock_up = 0;
            assert!(matches!(queue.status(cookies[1]), Status::Failed(TransferError::Fault(_))));
            for (seed, cookie) in (0..).zip(cookies) {
                let (popped, completed) = loop {
                    match queue.pop() {
                        Some(popped) => break popped,
                        None => assert!(rig.serve()),
                    }
                };
                assert_eq!(popped, cookie);
                check(&completed, seed);
                match seed {
                    0 => assert_eq!(completed.result, Ok(())),
                    1 => assert!(completed.result.unwrap_err().fault().is_some()),
                    _ => assert_eq!(completed.result, others),
                }
            }
            // The queue goes on.
            queue.submit(pair(&rig, cx, 9), &power).unwrap();
            queue.issue();
            assert!(rig.serve());
            assert_eq!(queue.pop().unwrap().1.result, Ok(()));
            queue.synchronize(cx).unwrap().release(cx).unwrap();
        });
        rig.assert_clean(free);
    }
}

static STUCK_ENDS: AtomicU32 = AtomicU32::new(0);
static STUCK_RESTART: fn(Ended<'_, Copier, Linear>) = |ended| {
    assert!(STUCK_ENDS.fetch_add(1, SeqCst) < 50, "called for ever");
    if ended.completed.result.is_err() {
        ended.queue.submit(ended.completed.bufs).unwrap();
        ended.queue.issue();
    }
};

#[test]
fn a_controller_that_takes_no_start_ends_the_entry_and_no_callback_spins() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut queue = queue::<3>(&rig, cx);
        for seed in 0..3 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        queue.issue();
        while !rig.machine.run(1) {}
        rig.machine.state().busy = u32::MAX;
        rig.engine.irq();
        rig.machine.state().busy = 0;
        let error = TransferError::NotStarted(StartError::Stuck);
        let stuck = Err(error);
        assert_eq!(queue.wait(cx).unwrap().1.result, Ok(()));
        assert_eq!(queue.wait(cx).unwrap().1.result, stuck, "chaining failed");
        assert_eq!(queue.wait(cx).unwrap().1.result, stuck, "and again");
        assert!(error.to_string().contains("did not start"));
        assert!(queue.is_empty());

        // A callback that resubmits what did not start.
        queue.set_handler(cx, &STUCK_RESTART);
        rig.machine.state().busy = u32::MAX;
        queue.submit(pair(&rig, cx, 7), &power).unwrap();
        queue.issue();
        assert_eq!(STUCK_ENDS.load(SeqCst), 1);
        queue.issue();
        assert_eq!(STUCK_ENDS.load(SeqCst), 2);
        rig.machine.state().busy = 0;
        queue.issue();
        assert!(rig.serve());
        assert_eq!(STUCK_ENDS.load(SeqCst), 3);
        assert!(queue.is_empty());
    });
}

#[test]
fn terminating_returns_everything_in_order_and_later_transfers_run() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let queue = queue::<6>(&rig, cx);
        for seed in 0..4 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
            if seed == 2 {
                queue.issue();
            }
        }
        assert!(rig.serve());
        rig.machine.state().kill_latency = 200;
        queue.terminate();
        // Submitted after: not concerned.
        for seed in 4..6 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        queue.issue();
        let mut results = Vec::new();
        for seed in 0..6 {
            let (_, completed) = loop {
                match queue.pop() {
                    Some(popped) => break popped,
                    None => {
                        rig.machine.run(10);
                        rig.engine.irq();
                    }
                }
            };
            check(&completed, seed);
            results.push(completed.result);
        }
        let cancelled = Err(TransferError::Cancelled);
        assert_eq!(results, [Ok(()), cancelled, cancelled, cancelled, Ok(()), Ok(())]);
        queue.synchronize(cx).unwrap().release(cx).unwrap();
    });
    rig.assert_clean(free);
}

#[test]
fn a_dropped_queue_keeps_memory_in_flight_until_the_hardware_is_quiet() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let storage = storage::<3>();
        let queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        let in_flight = pair(&rig, cx, 0);
        let all = rig.arena.free_bytes();
        queue.submit(in_flight, &power).unwrap();
        let waiting = pair(&rig, cx, 1);
        queue.submit(waiting, &power).unwrap();
        queue.issue();
        rig.machine.state().kill_latency = u32::MAX;
        drop(queue);
        assert_eq!(rig.arena.free_bytes(), all, "the waiting buffers are free, those in flight are not");
        assert_eq!(support::count(&rig), 2, "power stays on");
        // No completion can come any more, so the storage is free at once.
        let queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        queue.submit(pair(&rig, cx, 2), &power).unwrap();
        queue.issue();
        assert!(rig.serve());
        assert_eq!(queue.wait(cx).unwrap().1.result, Ok(()));
        rig.machine.state().kill_latency = 0;
        for thread in &mut rig.machine.state().threads {
            thread.finish_kill();
        }
        queue.synchronize(cx).unwrap().release(cx).unwrap();
        rig.engine.irq();
        // The dropped queue's thread is collected by whoever prepares next.
        rig.prepare(cx, LEN).release(cx).unwrap();
    });
    rig.assert_clean(free);
}

#[test]
fn a_leaked_queue_runs_to_its_end_and_keeps_its_storage() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let storage = storage::<2>();
        let queue = rig.prepare(cx, LEN).into_queue(cx, storage).unwrap();
        for seed in 0..2 {
            queue.submit(pair(&rig, cx, seed), &power).unwrap();
        }
        queue.issue();
        let free = rig.arena.free_bytes();
        std::mem::forget(queue);
        assert!(rig.serve() && rig.serve() && !rig.serve());
        assert_eq!((rig.arena.free_bytes(), support::count(&rig)), (free, 1));
        assert!(matches!(rig.prepare(cx, LEN).into_queue(cx, storage), Err((QueueError::StorageTaken, _))));
        assert!(rig.machine.state().threads.iter().all(|t| t.ended()));
    });
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

#[test]
fn panicking_cache_maintenance_costs_the_entries_it_had() {
    // The first maintenance of the interrupt is the end's, the second the next start's.
    for at in [0, 1, 3] {
        let rig = Rig::new();
        let free = rig.arena.free_bytes();
        host_task(|cx| {
            let power = rig.active(cx);
            let queue = queue::<3>(&rig, cx);
            let cookies: Vec<_> = (0..3).map(|seed| queue.submit(pair(&rig, cx, seed), &power).unwrap()).collect();
            let panics = |f: &mut dyn FnMut()| {
                rig.machine.panic_in(at % 2 + 1);
                assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err());
            };
            if at < 2 {
                panics(&mut || queue.issue());
                assert_eq!(queue.status(cookies[0]), Status::Lost);
            } else {
                queue.issue();
                while !rig.machine.run(1) {}
                panics(&mut || {
                    rig.engine.irq();
                });
            }
            // What was not lost comes back well.
            queue.issue();
            while rig.serve() {}
            let mut back = Vec::new();
            while let Some((cookie, completed)) = queue.pop() {
                assert_eq!(completed.result, Ok(()));
                back.push(cookie);
            }
            assert!(back.ends_with(&cookies[2..]), "{at}: {back:?} of {cookies:?}");
            assert!(queue.is_empty());
            queue.synchronize(cx).unwrap().release(cx).unwrap();
        });
        rig.assert_clean(free);
    }
}

#[test]
fn several_queues_on_several_channels() {
    let rig = Rig::new();
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let queues = [queue::<2>(&rig, cx), queue::<2>(&rig, cx), queue::<2>(&rig, cx), queue::<2>(&rig, cx)];
        for round in 0..10 {
            for (i, queue) in (0..).zip(&queues) {
                queue.submit(pair(&rig, cx, round * 8 + i), &power).unwrap();
                queue.submit(pair(&rig, cx, round * 8 + 4 + i), &power).unwrap();
                queue.issue();
            }
            while rig.serve() {}
            for (i, queue) in (0..).zip(&queues) {
                for seed in [round * 8 + i, round * 8 + 4 + i] {
                    let completed = queue.pop().unwrap().1;
                    assert_eq!(completed.result, Ok(()));
                    check(&completed, seed);
                }
            }
        }
        for queue in queues {
            queue.synchronize(cx).unwrap().release(cx).unwrap();
        }
    });
    rig.assert_clean(free);
}

/// A small generator, so that the choices do not depend on anything else.
struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}

/// What the queue must do, in the words of its documentation.
#[derive(Default)]
struct Model {
    entries: std::collections::VecDeque<Expected>,
    next: u32,
}

struct Expected {
    cookie: Cookie,
    seed: u32,
    issued: bool,
    /// It may come back cancelled.
    doomed: bool,
    /// It may come back with a fault.
    faulty: bool,
}

impl Model {
    fn popped(&mut self, cookie: Cookie, completed: &Completed<Pair>) {
        let expected = self.entries.pop_front().expect("more came back than was submitted");
        assert_eq!(cookie, expected.cookie);
        check(completed, expected.seed);
        match completed.result {
            Ok(()) => assert!(expected.issued, "was not issued"),
            Err(TransferError::Cancelled) => assert!(expected.doomed, "nobody cancelled it"),
            Err(TransferError::Fault(_)) => assert!(expected.faulty && expected.issued, "no fault"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_thousand_random_sequences_keep_to_the_model() {
    let sequences = if cfg!(miri) { 5 } else { 1_000 };
    // A board is never given back, so there are not many.
    let boards: Vec<Rig> = (0..4).map(|_| Rig::new()).collect();
    for (seed, rig) in (1..=sequences).zip(boards.iter().cycle()) {
        let free = rig.arena.free_bytes();
        let mut random = Random(seed * 2_654_435);
        host_task(|cx| {
            let power = rig.active(cx);
            let queue = queue::<4>(rig, cx);
            let mut model = Model::default();
            rig.machine.state().kill_latency = random.below(60);
            let policy = if random.below(2) == 0 { AfterError::Continue } else { AfterError::Return };
            queue.after_error(policy);
            for _ in 0..40 {
                match random.below(10) {
                    0..3 => {
                        let seed = model.next;
                        match queue.submit(pair(rig, cx, seed), &power) {
                            Ok(cookie) => {
                                assert!(model.entries.len() < 4);
                                model.next += 1;
                                let entry = Expected { cookie, seed, issued: false, doomed: false, faulty: false };
                                model.entries.push_back(entry);
                            }
                            Err(rejected) => {
                                assert_eq!(rejected.error, StartError::QueueFull);
                                assert_eq!(model.entries.len(), 4);
                            }
                        }
                    }
                    3 | 4 => {
                        queue.issue();
                        model.entries.iter_mut().for_each(|entry| entry.issued = true);
                    }
                    5 | 6 => {
                        if rig.machine.run(1 + random.below(60)) {
                            rig.engine.irq();
                        }
                    }
                    7 => {
                        rig.machine.state().lock_up = u32::MAX * u32::from(random.below(3) == 0);
                        if rig.machine.run(20) {
                            rig.engine.irq();
                        }
                        if std::mem::take(&mut rig.machine.state().lock_up) != 0 {
                            // Whatever was there may have met the fault, or come back for it.
                            for entry in &mut model.entries {
                                entry.faulty = true;
                                entry.doomed |= policy == AfterError::Return;
                            }
                        }
                    }
                    8 if random.below(3) == 0 => {
                        queue.terminate();
                        model.entries.iter_mut().for_each(|entry| entry.doomed = true);
                    }
                    _ => {
                        if let Some((cookie, completed)) = queue.pop() {
                            model.popped(cookie, &completed);
                            assert_eq!(queue.status(cookie), Status::Taken);
                        }
                    }
                }
                assert_eq!(queue.len(), model.entries.len());
                for entry in &model.entries {
                    let status = queue.status(entry.cookie);
                    assert!(status != Status::Queued || !entry.issued, "issued");
                    assert!(status == Status::Queued || entry.issued || entry.doomed, "{status:?} without issue");
                }
            }
            queue.issue();
            model.entries.iter_mut().for_each(|entry| entry.issued = true);
            let mut rounds = 0;
            while !model.entries.is_empty() {
                rounds += 1;
                assert!(rounds < 1_000, "lost: {:?}", queue.status(model.entries[0].cookie));
                if rig.machine.run(20) {
                    rig.engine.irq();
                }
                while let Some((cookie, completed)) = queue.pop() {
                    model.popped(cookie, &completed);
                }
            }
            assert!(queue.wait(cx).is_none());
            if random.below(2) == 0 {
                queue.synchronize(cx).unwrap().release(cx).unwrap();
            } else {
                drop(queue);
                rig.prepare(cx, LEN).release(cx).unwrap();
            }
        });
        rig.assert_clean(free);
    }
}

/// Two submitters, two processors that take interrupts, one that terminates, and one that takes what has ended.
#[test]
fn processors_race() {
    let rounds = if cfg!(miri) { 20 } else { 3_000 };
    let rig = Rig::with(Config { release_polls: 10_000_000, relax: std::thread::yield_now, ..CONFIG });
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let queue = queue::<6>(&rig, cx);
        let over = AtomicBool::new(false);
        let taken = Mutex::new(Vec::new());
        let submitted: Vec<Vec<Cookie>> = std::thread::scope(|scope| {
            let (rig, queue, over, taken, power) = (&rig, &queue, &over, &taken, &power);
            for which in 0..4_u32 {
                scope.spawn(move || {
                    let mut random = Random(which + 77);
                    while !over.load(SeqCst) {
                        match which {
                            0 => drop(rig.machine.run(7)),
                            1 | 2 => drop(simulated_interrupt(|| rig.engine.irq())),
                            _ if random.below(40) == 0 => queue.terminate(),
                            _ => {}
                        }
                        std::thread::yield_now();
                    }
                });
            }
            scope.spawn(move || {
                while !over.load(SeqCst) || !queue.is_empty() {
                    if let Some((cookie, completed)) = queue.pop() {
                        if completed.result.is_ok() {
                            assert_eq!(*completed.bufs.source, *completed.bufs.destination);
                        } else {
                            assert_eq!(completed.result, Err(TransferError::Cancelled));
                        }
                        taken.lock().unwrap().push((cookie, completed.result.is_ok()));
                    }
                    if over.load(SeqCst) {
                        rig.machine.run(7);
                        rig.engine.irq();
                    }
                    std::thread::yield_now();
                }
            });
            let submitters: Vec<_> = (0..2_u32)
                .map(|which| {
                    scope.spawn(move || {
                        host_task(|cx| {
                            let mut cookies = Vec::new();
                            let mut seed = 0;
                            while cookies.len() < rounds {
                                seed += 2;
                                match queue.submit(pair(rig, cx, seed + which), power) {
                                    Ok(cookie) => cookies.push(cookie),
                                    Err(rejected) => assert_eq!(rejected.error, StartError::QueueFull),
                                }
                                queue.issue();
                                std::thread::yield_now();
                            }
                            cookies
                        })
                    })
                })
                .collect();
            let cookies = submitters.into_iter().map(|s| s.join().unwrap()).collect();
            over.store(true, SeqCst);
            cookies
        });
        let taken = taken.into_inner().unwrap();
        assert_eq!(taken.len(), 2 * rounds, "each came back once");
        for cookies in submitted {
            let own: Vec<_> = taken.iter().map(|(cookie, _)| *cookie).filter(|c| cookies.contains(c)).collect();
            assert_eq!(own, cookies, "in order");
        }
        let well = taken.iter().filter(|(_, ok)| *ok).count();
        assert!(well > rounds / 10 && well < 2 * rounds, "{well}");
        queue.synchronize(cx).unwrap().release(cx).unwrap();
    });
    rig.assert_clean(free);
}

/// Queues that are dropped while their interrupts are served, over and over in the same storage.
#[test]
fn dropping_races_the_interrupt() {
    let rounds = if cfg!(miri) { 10 } else { 2_000 };
    let rig = Rig::with(Config { release_polls: 10_000_000, relax: std::thread::yield_now, ..CONFIG });
    let free = rig.arena.free_bytes();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for which in 0..3 {
            let (rig, over) = (&rig, &over);
            scope.spawn(move || {
                while !over.load(SeqCst) {
                    if which == 0 {
                        rig.machine.run(7);
                    } else {
                        simulated_interrupt(|| rig.engine.irq());
                    }
                    std::thread::yield_now();
                }
            });
        }
        host_task(|cx| {
            let storage = storage::<3>();
            let power = rig.active(cx);
            let mut random = Random(4_711);
            for _ in 0..rounds {
                let mut prepared = rig.prepare(cx, LEN);
                let queue = loop {
                    match prepared.into_queue(cx, storage) {
                        Ok(queue) => break queue,
                        // Its last completion is still being handled elsewhere.
                        Err((error, back)) => {
                            assert_eq!(error, QueueError::StorageTaken);
                            prepared = back;
                            std::thread::yield_now();
                        }
                    }
                };
                for seed in 0..3 {
                    queue.submit(pair(&rig, cx, seed), &power).unwrap();
                }
                queue.issue();
                for _ in 0..random.below(30) {
                    std::thread::yield_now();
                }
                if random.below(3) == 0 {
                    queue.synchronize(cx).unwrap().release(cx).unwrap();
                } else {
                    drop(queue);
                }
            }
        });
        over.store(true, SeqCst);
    });
    host_task(|cx| {
        let all: Vec<_> = (0..4).map(|_| rig.prepare(cx, LEN)).collect();
        all.into_iter().for_each(|prepared| prepared.release(cx).unwrap());
    });
    rig.assert_clean(free);
}
