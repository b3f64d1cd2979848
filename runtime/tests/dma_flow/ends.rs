//! Ends that are not completion: forgotten, dropped, cancelled, stopped.

use linkwright::context::host_task;
use linkwright::dma::{Linear, PrepareError, StartError, TransferError};

use crate::support::{Copier, Rig, pattern};

#[test]
fn forgotten_transfer_keeps_power_and_gives_its_buffers_back() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 256);
        std::mem::forget(copy.start(rig.pair(cx, &pattern(256, 1)), &power).unwrap());
        drop(power);
        rig.power.suspend_if_idle();
        assert!(rig.power.is_on());
        let power = rig.active(cx);
        let rejected = copy.start(rig.pair(cx, &[0; 256]), &power).unwrap_err();
        assert_eq!(rejected.error, StartError::Busy);
        assert!(copy.recover().is_none());
        assert!(rig.serve());
        assert_eq!(copy.start(rejected.bufs, &power).unwrap_err().error, StartError::Busy, "not taken back yet");
        assert_eq!(*copy.recover().unwrap().bufs.destination, *pattern(256, 1));
        copy.release(cx).unwrap();
    });
}

#[test]
fn cancelled_buffers_stay_until_the_thread_has_stopped() {
    let rig = Rig::new();
    rig.machine.state().clocked = false;
    rig.machine.state().kill_latency = 20;
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 256);
        let pair = rig.pair(cx, &pattern(256, 1));
        let spare = rig.pair(cx, &pattern(256, 2));
        let free = rig.arena.free_bytes();
        let transfer = copy.start(pair, &power).unwrap();
        rig.machine.run(6);
        drop(transfer);
        assert_eq!(rig.arena.free_bytes(), free, "the device may still write");
        rig.machine.run(10);
        let spare = copy.start(spare, &power).unwrap_err().bufs;
        assert_eq!(rig.arena.free_bytes(), free);
        rig.machine.run(20);
        let transfer = copy.start(spare, &power).unwrap();
        assert!(rig.arena.free_bytes() > free, "reclaimed once the thread stopped");
        while !rig.machine.run(1) {}
        rig.machine.state().clocked = true;
        rig.engine.irq();
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert_eq!(*done.bufs.destination, *pattern(256, 2));
        copy.release(cx).unwrap();
    });
}

#[test]
fn the_event_of_a_cancelled_transfer_does_not_end_the_next() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 4_000);
        let transfer = copy.start(rig.pair(cx, &pattern(4_000, 1)), &power).unwrap();
        while !rig.machine.run(1) {}
        // The interrupt is raised and nobody has served it.
        drop(transfer);
        rig.machine.run(5);
        let transfer = copy.start(rig.pair(cx, &pattern(4_000, 2)), &power).unwrap();
        assert!(!rig.engine.irq(), "nothing of this transfer");
        assert!(!transfer.is_done());
        assert!(rig.serve());
        let done = transfer.wait(cx);
        assert_eq!((done.result, &*done.bufs.destination), (Ok(()), &*pattern(4_000, 2)));
    });
}

#[test]
fn stop_gives_the_buffers_back() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 4_000);
        let transfer = copy.start(rig.pair(cx, &pattern(4_000, 1)), &power).unwrap();
        rig.machine.run(5);
        let stopped = transfer.stop(cx);
        assert_eq!(stopped.result, Err(TransferError::Cancelled));
        copy.start_detached(stopped.bufs, &power).unwrap();
        copy.cancel();
        let mut recovered = copy.recover();
        for _ in 0..20 {
            recovered = recovered.or_else(|| copy.recover());
        }
        assert_eq!(recovered.unwrap().result, Err(TransferError::Cancelled));
        // In flight at release: stopped, and the buffers dropped.
        copy.start_detached(rig.pair(cx, &pattern(4_000, 1)), &power).unwrap();
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

#[test]
fn dropped_channels_are_claimed_again() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        for _ in 0..10 {
            let mut copy = rig.prepare(cx, 512);
            copy.start_detached(rig.pair(cx, &pattern(512, 1)), &power).unwrap();
            drop(copy);
            rig.machine.run(10);
        }
        let all: Vec<_> = (0..4).map(|_| rig.prepare(cx, 512)).collect();
        let (error, _) = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(512)).unwrap_err();
        assert_eq!(error, PrepareError::NoThread);
        all.into_iter().for_each(|copy| copy.release(cx).unwrap());
        drop(power);
        rig.assert_clean(free);
    });
}
