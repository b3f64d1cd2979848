//! The life of channels and transfers over an invented controller whose memory is not coherent.

mod support;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::{host_task, in_atomic};
use linkwright::dma::memory::{AllocError, Arena};
use linkwright::dma::{
    ClaimError, Config, CopyError, CopyPair, Done, Linear, MemoryCopy, PrepareError, Prepared, ProbeError, StartError,
    TransferError,
};
use linkwright::microcode::Side;
use linkwright::power::{Active, AlwaysOn, DeviceId, PowerError};

use support::machine::CAPABILITIES;
use support::{BASE, CONFIG, Controller0, Copier, Machine, Other, Rig, pattern};

#[test]
fn claim_to_release_blocking() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 1_000);
        let mut pair = rig.pair(cx, &pattern(1_000, 1));
        for seed in 2..5 {
            let transfer = copy.start(pair, &power).unwrap();
            assert!(!transfer.is_done());
            assert!(rig.serve());
            assert!(transfer.is_done());
            let done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            assert_eq!(*done.bufs.source, *done.bufs.destination);
            // The other way round: the same program, other addresses.
            pair = CopyPair { source: done.bufs.destination, destination: done.bufs.source };
            pair.source.copy_from_slice(&pattern(1_000, seed));
        }
        copy.release(cx).unwrap();
        drop((pair, power));
        rig.assert_clean(free);
    });
}

/// Every alignment class against every other, all short lengths, with what lies around checked in the device's memory.
#[test]
fn every_window_moves_its_bytes_and_no_others() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let power = rig.active(cx);
        for (source_at, destination_at) in (0..5).flat_map(|s| (0..5).map(move |d| (s, d))) {
            for len in (1..24).chain([31, 32, 33, 63, 64, 65, 500]) {
                let data = pattern(len, len as u32);
                let source = rig.buffer(cx, source_at, &data);
                let mut destination = rig.buffer(cx, destination_at, &vec![0; len]);
                destination.reset_window();
                destination.fill(0x5a);
                let region = (destination.bus_address(), destination.len());
                destination.set_window(destination_at, len).unwrap();
                let device = (region.0 - BASE) as usize..(region.0 - BASE) as usize + region.1;
                rig.machine.state().memory[device.clone()].fill(0xee);
                let pair = CopyPair { source, destination };
                let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
                let mut done = copy.start(pair, &power).unwrap().wait(cx);
                assert_eq!(done.result, Ok(()));
                assert_eq!(*done.bufs.destination, *data, "{source_at} {destination_at} {len}");
                copy.release(cx).unwrap();
                done.bufs.destination.reset_window();
                let device = rig.machine.state().memory[device].to_vec();
                for (at, byte) in done.bufs.destination.iter().enumerate() {
                    if !(destination_at..destination_at + len).contains(&at) {
                        assert_eq!(*byte, 0x5a, "the processor lost byte {at} beside the window");
                        // Lines that the window touches were flushed; the others the device has never seen.
                        assert!(matches!(device[at], 0x5a | 0xee), "the device wrote byte {at} beside the window");
                    }
                }
            }
        }
    });
}

#[test]
fn submit_moves_nothing_until_issue() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let submitted = copy.submit(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(!rig.serve());
        let pair = submitted.cancel().unwrap();
        assert!(pair.destination.iter().all(|b| *b == 0));
        drop(copy.submit(pair, &power).unwrap());
        // Dropped unissued: the buffers are free, the channel too.
        let transfer = copy.submit(rig.pair(cx, &pattern(64, 2)), &power).unwrap().issue().unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        std::mem::forget(copy.submit(rig.pair(cx, &pattern(64, 2)), &power).unwrap());
        assert_eq!(copy.start(rig.pair(cx, &[0; 64]), &power).unwrap_err().error, StartError::Busy);
        assert_eq!(copy.recover().unwrap().result, Err(TransferError::Cancelled));
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

#[test]
fn start_is_one_read_and_three_writes_and_patches_what_changed() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let mut pair = rig.pair(cx, &pattern(64, 1));
        let mut last = u16::MAX;
        for _ in 0..3 {
            let before = rig.machine.accesses();
            let submitted = copy.submit(pair, &power).unwrap();
            assert_eq!(rig.machine.accesses(), before, "submit touches memory only");
            last = submitted.patched_bytes();
            assert!(last <= 8);
            let transfer = submitted.issue().unwrap();
            let after = rig.machine.accesses();
            assert_eq!((after.0 - before.0, after.1 - before.1), (1, 3));
            while !rig.machine.run(1) {}
            let before = rig.machine.accesses();
            assert!(rig.engine.irq());
            let after = rig.machine.accesses();
            assert_eq!((after.0 - before.0, after.1 - before.1), (4, 1), "the interrupt's cost");
            pair = transfer.wait(cx).bufs;
        }
        assert_eq!(last, 0, "the same addresses again");
        let mut program = [0; 256];
        let len = copy.read_program(&mut program);
        let at = (copy.program_address().unwrap() - BASE) as usize;
        assert_eq!(program[..len], rig.machine.state().memory[at..at + len], "the device runs what was planned");
    });
}

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

#[test]
fn awaiting() {
    struct Count(AtomicU32);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker: Waker = count.clone().into();
        let pair = rig.pair(cx, &pattern(64, 1));
        let mut future = pin!(async { copy.start(pair, &power).unwrap().await });
        let mut context = Context::from_waker(&waker);
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(rig.serve());
        assert_eq!(count.0.load(Relaxed), 1);
        let Poll::Ready(done) = future.as_mut().poll(&mut context) else { panic!("woken too early") };
        assert_eq!(*done.bufs.destination, *pattern(64, 1));
        drop(done);
        assert_eq!(Arc::strong_count(&count), 2, "the engine keeps no waker");
    });
}

/// A waker that uses the transfer when it is cloned, woken or dropped would find the slot locked if the engine did so
/// inside its critical section.
#[test]
fn wakers_run_outside_the_lock() {
    struct Touch(&'static support::Engine, Arc<AtomicU32>);
    impl Wake for Touch {
        fn wake(self: Arc<Self>) {
            self.0.irq();
        }
    }
    impl Drop for Touch {
        fn drop(&mut self) {
            self.0.irq();
            self.1.fetch_add(1, Relaxed);
        }
    }
    let rig = Rig::new();
    let dropped = Arc::new(AtomicU32::new(0));
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        for end in [true, false] {
            let mut transfer = pin!(copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap());
            rig.machine.state().clocked = end;
            for _ in 0..3 {
                let waker: Waker = Arc::new(Touch(rig.engine, dropped.clone())).into();
                let _ = transfer.as_mut().poll(&mut Context::from_waker(&waker));
            }
            if end {
                rig.serve();
            }
            rig.machine.state().clocked = true;
        }
        copy.release(cx).unwrap();
    });
    assert_eq!(dropped.load(Relaxed), 6);
}

#[test]
fn interrupt_without_power_touches_nothing() {
    let rig = Rig::new();
    let before = rig.machine.accesses();
    assert!(!rig.engine.irq());
    assert_eq!(rig.machine.accesses(), before);
    host_task(|cx| {
        let _power = rig.active(cx);
        assert!(!rig.engine.irq(), "nothing to do");
    });
}

#[test]
fn restore_after_power_loss() {
    let rig = Rig::new();
    host_task(|cx| {
        let mut copy = rig.prepare(cx, 64);
        rig.power.suspend_if_idle();
        assert_eq!(rig.machine.state().enabled, 0);
        let power = rig.active(cx);
        rig.engine.restore();
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        drop(power);
        rig.power.suspend_if_idle();
        copy.release(cx).unwrap();
        assert_eq!(rig.machine.state().enabled, 0, "released events are disabled");
    });
}

#[test]
fn what_fails_takes_nothing() {
    let rig = Rig::with(Config { events: 0b10, threads: 0b1110, ..CONFIG });
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let expected = ClaimError::WrongController { expected: DeviceId::new(8), found: DeviceId::new(7) };
        assert_eq!(rig.engine.claim::<MemoryCopy<Other>>(cx).unwrap_err(), expected);
        let one = rig.prepare(cx, 64);
        assert_eq!(one.thread(), 1, "thread 0 is not to be used");
        let refused = |error| {
            let (found, channel) = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(64)).unwrap_err();
            assert_eq!(found, error);
            assert!(!error.to_string().is_empty());
            channel
        };
        refused(PrepareError::NoEvent).release(cx);
        assert_eq!(rig.machine.state().enabled, 0b10);
        one.release(cx).unwrap();
        assert_eq!(rig.machine.state().enabled, 0);
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        rig.power.fail.store(1, Relaxed);
        assert!(matches!(rig.engine.claim::<Copier>(cx), Err(ClaimError::Power(_))));
        let (error, _) = channel.prepare(cx, Linear::new(64)).unwrap_err();
        assert_eq!(error, PrepareError::Power(PowerError::Device(DeviceId::new(7))));
        rig.power.fail.store(0, Relaxed);
        let rest = rig.arena.alloc::<u8>(cx, rig.arena.free_bytes() as usize).unwrap();
        drop(refused(PrepareError::Memory(AllocError::Full { need: 256, largest: 0 })));
        drop(rest);
        rig.prepare(cx, 64).release(cx).unwrap();
        rig.assert_clean(free);
    });
}

/// Threads belong to who is prepared; claimed channels are only rights.
#[test]
fn more_clients_than_threads() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut clients: Vec<_> = (0..20).map(|_| rig.engine.claim::<Copier>(cx).unwrap()).collect();
        assert_eq!(rig.arena.free_bytes(), free, "a claimed channel holds nothing");
        for round in 0..10 {
            let mut prepared = Vec::new();
            let refused = loop {
                match clients.remove(0).prepare(cx, Linear::new(64)) {
                    Ok(copy) => prepared.push(copy),
                    Err((error, channel)) => {
                        clients.push(channel);
                        break error;
                    }
                }
            };
            assert_eq!((refused, prepared.len()), (PrepareError::NoThread, 4));
            let mut threads: Vec<_> = prepared.iter().map(Prepared::thread).collect();
            threads.sort_unstable();
            assert_eq!(threads, [0, 1, 2, 3]);
            let pairs = prepared.iter().map(|_| rig.pair(cx, &pattern(64, round)));
            let pairs: Vec<_> = pairs.collect();
            let transfers: Vec<_> =
                prepared.iter_mut().zip(pairs).map(|(copy, pair)| copy.start(pair, &power).unwrap()).collect();
            while !transfers.iter().all(|transfer| transfer.is_done()) {
                assert!(rig.serve());
            }
            for transfer in transfers {
                let done = transfer.wait(cx);
                assert_eq!(done.result, Ok(()));
                assert_eq!(*done.bufs.destination, *pattern(64, round));
            }
            clients.extend(prepared.into_iter().map(|copy| copy.unprepare(cx).unwrap()));
        }
        drop((clients, power));
        rig.assert_clean(free);
        assert_eq!(rig.machine.state().enabled, 0);
    });
}

#[test]
fn a_thread_left_running_is_stopped_before_use() {
    let rig = Rig::new();
    rig.machine.state().threads[0].state = Some(linkwright::dma::ThreadState::WaitingForEvent);
    host_task(|cx| {
        assert_eq!(rig.prepare(cx, 64).thread(), 0);
        rig.machine.state().kill_latency = u32::MAX;
        rig.machine.state().threads[1].state = Some(linkwright::dma::ThreadState::WaitingForEvent);
        let _first = rig.prepare(cx, 64);
        assert_eq!(rig.prepare(cx, 64).thread(), 2, "one that does not stop is not used");
    });
}

#[test]
fn unfit_buffers_come_back() {
    let rig = Rig::new();
    let elsewhere = Arena::leak_mirrored(4096, 0x1000_0000, Machine::leak());
    static FOREIGN: AlwaysOn = AlwaysOn::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(16).at(1, 2)).unwrap();
        let pair = |source: (usize, usize), destination: (usize, usize)| {
            let source = rig.buffer(cx, source.0, &vec![1; source.1]);
            CopyPair { source, destination: rig.buffer(cx, destination.0, &vec![2; destination.1]) }
        };
        let mut refused = |pair: CopyPair<u8>, error| {
            let address = pair.source.bus_address();
            let rejected = copy.start(pair, &power).unwrap_err();
            assert_eq!(rejected.error, error);
            assert_eq!(rejected.bufs.source.bus_address(), address);
            assert!(!error.to_string().is_empty());
        };
        let short = |side, have| StartError::TooShort { segment: 0, side, need: 16, have };
        refused(pair((1, 15), (2, 16)), short(Side::Source, 15));
        refused(pair((1, 16), (2, 3)), short(Side::Destination, 3));
        let class = |side, planned, found| StartError::Alignment { segment: 0, side, planned, found, modulus: 4 };
        refused(pair((0, 16), (2, 16)), class(Side::Source, 1, 0));
        refused(pair((1, 16), (7, 16)), class(Side::Destination, 2, 3));
        let mut foreign = elsewhere.alloc::<u8>(cx, 64).unwrap();
        foreign.set_window(1, 20).unwrap();
        refused(CopyPair { source: foreign, destination: rig.buffer(cx, 2, &[0; 16]) }, StartError::OtherMemory);
        let other = Active::<Controller0>::resume(cx, &FOREIGN).unwrap();
        assert_eq!(copy.start(pair((1, 16), (2, 16)), &other).unwrap_err().error, StartError::OtherPower);
        // Longer windows and other multiples of the bus width are fine.
        let transfer = copy.start(pair((9, 40), (6, 17)), &power).unwrap();
        assert!(rig.serve());
        let done = transfer.wait(cx);
        assert_eq!((&done.bufs.destination[..16], done.bufs.destination[16]), (&[1; 16][..], 2));
    });
}

#[test]
fn probe_lists_what_differs() {
    let rig = Rig::new();
    host_task(|cx| {
        assert_eq!(rig.engine.probe(cx, &CAPABILITIES), Ok(CAPABILITIES));
        let expected = linkwright::dma::Expected { threads: 8, icache_line: 32, ..CAPABILITIES };
        let Err(ProbeError::Mismatch(mismatch)) = rig.engine.probe(cx, &expected) else { panic!("must differ") };
        let differences: Vec<_> = mismatch.differences().collect();
        assert_eq!(differences, [("threads", 8, 4), ("icache_line", 32, 16)]);
        let text = mismatch.to_string();
        assert!(text.contains("threads is 4, expected 8, icache_line is 16, expected 32"), "{text}");
    });
}

#[test]
fn prepare_error_gives_the_channel_back() {
    let rig = Rig::with(Config { program_bytes: 16, ..CONFIG });
    host_task(|cx| {
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        let (error, channel) = channel.prepare(cx, Linear::new(0)).unwrap_err();
        assert!(error.to_string().contains("nothing to transfer"), "{error}");
        let (error, channel) = channel.prepare(cx, Linear::new(100)).unwrap_err();
        assert!(error.to_string().contains("there are 16"), "{error}");
        channel.release(cx);
    });
}

#[test]
fn slices_of_any_length_are_copied_through_buffers() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(100).at(3, 1)).unwrap();
        for len in [0, 1, 99, 100, 101, 350] {
            let (source, mut destination) = (pattern(len, 3), vec![0; len]);
            copy.copy_blocking(cx, rig.arena, &source, &mut destination, &power).unwrap();
            assert_eq!(source, destination);
        }
        let error = copy.copy_blocking(cx, rig.arena, &[1], &mut [1, 2], &power).unwrap_err();
        assert_eq!(error, CopyError::Lengths { source: 1, destination: 2 });
        rig.machine.state().lock_up = 1;
        let error = copy.copy_blocking(cx, rig.arena, &[1], &mut [1], &power).unwrap_err();
        assert!(matches!(error, CopyError::Transfer(_)), "{error}");
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

/// Programs that could lock each other up for want of FIFO are not prepared together.
#[test]
fn the_fifo_is_shared_fairly() {
    let rig = Rig::new();
    rig.machine.state().fifo_lines = 4;
    host_task(|cx| {
        let crooked = Linear::new(1_000).at(1, 2);
        let mut prepared = Vec::new();
        let refused = loop {
            match rig.engine.claim::<Copier>(cx).expect("fewer than there are threads").prepare(cx, crooked) {
                Ok(copy) => prepared.push(copy),
                Err((error, channel)) => {
                    channel.release(cx);
                    break error;
                }
            }
        };
        let lines = |copy: &Prepared<Copier, Linear>| copy.program().fifo;
        assert!(!prepared.is_empty());
        let resident: u16 = prepared.iter().map(|copy| lines(copy).resident).sum();
        let transient = prepared.iter().map(|copy| lines(copy).transient).max().unwrap();
        assert!(resident + transient <= 4);
        assert!(refused.to_string().contains("FIFO"), "{refused}");
        prepared.pop().unwrap().release(cx).unwrap();
        let again = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, crooked).unwrap();
        // What is dropped gives its share back too.
        drop(again);
        rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, crooked).unwrap().release(cx).unwrap();
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
