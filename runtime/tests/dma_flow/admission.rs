//! Who is let in, and what those get back who are not.

use std::sync::atomic::Ordering::Relaxed;

use linkwright::context::host_task;
use linkwright::dma::memory::{AllocError, Arena};
use linkwright::dma::{
    ClaimError, Config, CopyPair, Linear, MemoryCopy, PrepareError, Prepared, ProbeError, StartError,
};
use linkwright::microcode::Side;
use linkwright::power::{Active, AlwaysOn, DeviceId, PowerError};

use crate::support::machine::CAPABILITIES;
use crate::support::{CONFIG, Controller0, Copier, Machine, Other, Rig, pattern};

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
