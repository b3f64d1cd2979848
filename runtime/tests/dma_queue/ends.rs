//! Ends that are not success: faults, controllers that take no start, cancelling, dropping, leaking, panics.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use linkwright::context::host_task;
use linkwright::dma::{AfterError, Ended, Linear, QueueError, StartError, Status, TransferError};

use crate::support::{self, Copier, Rig};
use crate::{LEN, check, pair, queue, storage};

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
