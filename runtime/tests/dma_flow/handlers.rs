//! Callbacks and what becomes of their buffers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use linkwright::context::{host_task, in_atomic};
use linkwright::dma::{CopyPair, Done, Linear, Prepared, StartError, TransferError};

use crate::support::{Copier, Rig, pattern};

static NEXT: Mutex<Vec<CopyPair<u8>>> = Mutex::new(Vec::new());
static ENDED: Mutex<Vec<CopyPair<u8>>> = Mutex::new(Vec::new());
static CHAIN: fn(Done<'_, Copier, Linear>) = |done| {
    assert!(in_atomic(), "handlers run in atomic context");
    assert_eq!(done.result(), Ok(()));
    let next = NEXT.lock().unwrap().pop();
    let ended = match next {
        Some(next) => done.rearm(next).unwrap(),
        None => done.finish(),
    };
    ENDED.lock().unwrap().push(ended);
};

#[test]
fn chain_rearmed_in_the_callback_holds_its_own_power() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 128);
        copy.set_handler(cx, &CHAIN);
        *NEXT.lock().unwrap() = (1..4).map(|seed| rig.pair(cx, &pattern(128, seed))).collect();
        copy.start_detached(rig.pair(cx, &pattern(128, 9)), &power).unwrap();
        drop(power);
        rig.power.suspend_if_idle();
        for _ in 0..4 {
            assert!(rig.power.is_on(), "the transfer holds its own count");
            assert!(rig.serve());
        }
        assert!(!rig.serve(), "no further transfer");
        rig.power.suspend_if_idle();
        assert!(!rig.power.is_on(), "nothing holds power any more");
        let ended = std::mem::take(&mut *ENDED.lock().unwrap());
        assert_eq!(ended.len(), 4);
        assert!(ended.iter().all(|pair| *pair.source == *pair.destination));
        drop(ended);
        copy.release(cx).unwrap();
        rig.assert_clean(free);
    });
}

static SAME: AtomicU32 = AtomicU32::new(0);
static REPEAT: fn(Done<'_, Copier, Linear>) = |mut done| {
    let round = SAME.fetch_add(1, Relaxed);
    let expected = done.bufs().source.to_vec();
    assert_eq!(*done.bufs().destination, expected);
    if round < 5 {
        done.bufs().source.fill(round as u8);
        done.rearm_same().unwrap();
    }
    // The last one is dropped and waits for `recover`.
};

#[test]
fn rearm_same_and_dropped_done() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 32);
        copy.set_handler(cx, &REPEAT);
        copy.start_detached(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        while rig.serve() {}
        assert_eq!(SAME.load(Relaxed), 6);
        let completed = copy.recover().unwrap();
        assert_eq!((completed.result, completed.bufs.destination[0]), (Ok(()), 4));
        assert!(copy.recover().is_none());
    });
}

#[test]
fn detached_without_handler_waits_for_recover() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 32);
        copy.start_detached(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        assert!(copy.recover().is_none());
        assert!(rig.serve());
        assert_eq!(copy.recover().unwrap().result, Ok(()));
    });
}

static LEAK: fn(Done<'_, Copier, Linear>) = |done| std::mem::forget(done);

#[test]
fn leaked_done_leaks_its_buffers_only() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 32);
        copy.set_handler(cx, &LEAK);
        copy.start_detached(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        assert!(rig.serve());
        let transfer = copy.start(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        copy.release(cx).unwrap();
    });
}

static PANICKING: fn(Done<'_, Copier, Linear>) = |_| panic!("a bug in the handler");

#[test]
fn panicking_handler_parks_the_buffers() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 32);
        copy.set_handler(cx, &PANICKING);
        copy.start_detached(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rig.serve())).is_err());
        assert!(!in_atomic());
        assert_eq!(copy.recover().unwrap().result, Ok(()));
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

static NOT_ME: fn(Done<'_, Copier, Linear>) = |_| panic!("an attached transfer is no business of the handler");

#[test]
fn the_handler_is_for_detached_transfers() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &NOT_ME);
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        // Nor a cancelled one.
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        copy.cancel();
        rig.machine.run(10);
        rig.engine.irq();
        assert_eq!(copy.recover().unwrap().result, Err(TransferError::Cancelled));
    });
}

static OWNER: Mutex<Option<Prepared<Copier, Linear>>> = Mutex::new(None);
static OVERRULED: fn(Done<'_, Copier, Linear>) = |done| {
    OWNER.lock().unwrap().as_mut().unwrap().cancel();
    let refused = done.rearm_same().unwrap_err();
    assert_eq!(refused.error, StartError::Closed);
};

#[test]
fn a_cancelled_channel_is_not_rearmed() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &OVERRULED);
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        *OWNER.lock().unwrap() = Some(copy);
        assert!(rig.serve());
        assert!(!rig.serve(), "not started again");
        let mut copy = OWNER.lock().unwrap().take().unwrap();
        assert_eq!(copy.recover().unwrap().result, Ok(()));
        // A new start opens the channel again.
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
    });
}
