//! What runs when, what is refused, and who is told.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::host_task;
use linkwright::dma::{Cookie, CopyPair, QueueError, StartError, Status, TransferError};
use linkwright::power::{Active, AlwaysOn};

use crate::support::{self, BASE, Controller0, Rig};
use crate::{LEN, Pair, Storage, check, pair, queue, storage};

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
