//! Residue, faults, time limits and lost interrupts.

use linkwright::context::host_task;
use linkwright::dma::{
    self, Config, CopyPair, FaultCause, FaultCauses, Found, Linear, Pausable, Rect, ReleaseError, SegmentStorage, Sg,
    TransferError,
};
use linkwright_sim::{Failing, FifoConfig};

use crate::rig::{Copier, Rig, Rx, Tx, bytes, check, words};

/// At every moment: no more is told to have arrived than has, and never less than before.
#[test]
fn the_residue_is_true_at_every_moment() {
    static ROOM: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let data = bytes(8_000, 1);
        // First something else, so that the address registers hold what is not this transfer's.
        let pair = rig.pair(cx, (0, 0), &bytes(8_000, 7));
        let mut copy = rig.prepare::<Copier, _>(cx, Linear::between(&pair));
        let transfer = copy.start(pair, &power).unwrap();
        rig.until_done(&transfer);
        drop(transfer.wait(cx));
        for _ in 0..2 {
            let pair = rig.pair(cx, (0, 0), &data);
            let at = pair.destination.bus_address();
            let transfer = copy.start(pair, &power).unwrap();
            let mut before = 8_000;
            assert_eq!(transfer.residue(), 8_000, "nothing has moved");
            while !rig.board.dmac.interrupt() {
                rig.board.dmac.run(3);
                let residue = transfer.residue();
                assert!(residue <= before);
                before = residue;
                let moved = 8_000 - residue as usize;
                assert!(rig.board.dmac.memory().dump(at, moved) == data[..moved], "{moved} bytes have not arrived");
            }
            rig.board.dmac.run(100);
            assert_eq!(transfer.residue(), 0, "ended, the interrupt not served");
            rig.dmac.irq();
            assert_eq!(transfer.residue(), 0);
            assert_eq!(transfer.wait(cx).residue, 0);
            assert_eq!(copy.residue(), 0);
        }
        // Stopped when it had ended and nobody had served it.
        let transfer = copy.start(rig.pair(cx, (0, 0), &data), &power).unwrap();
        rig.board.dmac.run(100_000);
        assert_eq!(transfer.stop(cx).residue, 0);
        // Stopped before it began.
        let transfer = copy.start(rig.pair(cx, (0, 0), &data), &power).unwrap();
        assert_eq!(transfer.stop(cx).residue, 8_000);
        copy.release(cx).unwrap();
        let mut list = ROOM.take().unwrap();
        for i in 0..8 {
            list.push(rig.pair(cx, (i, 0), &bytes(600, i as u32))).unwrap();
        }
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&list));
        let places: Vec<_> = list.iter().map(|pair| (pair.destination.bus_address(), pair.source.to_vec())).collect();
        let transfer = copy.start(list, &power).unwrap();
        let mut before = 4_800;
        while !rig.board.dmac.interrupt() {
            rig.board.dmac.run(3);
            let residue = transfer.residue();
            assert!(residue <= before);
            before = residue;
            let mut moved = 4_800 - residue as usize;
            for (at, data) in &places {
                let part = moved.min(data.len());
                assert!(rig.board.dmac.memory().dump(*at, part) == data[..part]);
                moved -= part;
            }
        }
        assert!(before < 4_800);
    });
}

/// The same buffers again: until the program sets its addresses, the registers hold what looks like its end.
#[test]
fn addresses_of_an_earlier_transfer_are_not_this_ones() {
    const BYTES: usize = 40_000;
    for register_access in 1..24 {
        let rig = Rig::with_register_access(register_access);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut pair = rig.pair(cx, (0, 0), &bytes(BYTES, 1));
            let mut copy = rig.prepare::<Copier, _>(cx, Linear::between(&pair));
            for early in 0..10 {
                let just_begun = |residue: u32, when: &str| {
                    let moved = BYTES - residue as usize;
                    assert!(moved < BYTES / 2, "{when}: {moved}; {register_access} ticks an access, {early} before");
                };
                let transfer = copy.start(pair, &power).unwrap();
                rig.until_done(&transfer);
                pair = transfer.wait(cx).bufs;
                let transfer = copy.start(pair, &power).unwrap();
                rig.board.dmac.run(early);
                just_begun(transfer.residue(), "running");
                rig.until_done(&transfer);
                pair = transfer.wait(cx).bufs;
                let transfer = copy.start(pair, &power).unwrap();
                rig.board.dmac.run(early);
                let stopped = transfer.stop(cx);
                just_begun(stopped.residue, "stopped");
                pair = stopped.bufs;
            }
        });
    }
}

/// A receiver whose device falls silent: what has come is in memory and counted, to the word.
#[test]
fn what_a_silent_device_sent_is_counted_exactly() {
    for sent in [0, 8, 16, 40] {
        let rig = Rig::receiver();
        host_task(|cx| {
            let power = rig.power(cx);
            let data = words(64, 5);
            let buf = rig.buffer(cx, 0, &[0_u32; 64]);
            let mut rx = rig.prepare::<Rx, _>(cx, Linear::of(&buf));
            let transfer = rx.start(buf, &power).unwrap();
            rig.feed(&data[..sent]);
            rig.board.dmac.run(20_000);
            assert_eq!(transfer.residue() as usize, 4 * (64 - sent));
            let stopped = transfer.stop(cx);
            assert_eq!((stopped.result, stopped.residue as usize), (Err(TransferError::Cancelled), 4 * (64 - sent)));
            assert_eq!(stopped.bufs[..sent], data[..sent]);
            // The same program again; the device's stale requests are dropped.
            let transfer = rx.start(stopped.bufs, &power).unwrap();
            rig.feed(&data);
            rig.until_done(&transfer);
            check(&mut transfer.wait(cx).bufs, &data);
        });
    }
}

#[test]
fn faults_of_every_shape_are_told_and_the_channel_goes_on() {
    static ROOM: SegmentStorage<CopyPair<u8>, 4> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut bystander = rig.prepare::<Copier, _>(cx, Linear::new(30_000));
        let other = bystander.start(rig.pair(cx, (0, 0), &bytes(30_000, 3)), &power).unwrap();

        let mut list = ROOM.take().unwrap();
        for i in 0..4 {
            list.push(rig.pair(cx, (i, 0), &bytes(1_000, i as u32))).unwrap();
        }
        let bad = list[2].destination.bus_address();
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<4>::between(&list).events_every(1));
        rig.board.dmac.memory().fail(bad..bad + 1_000, Failing::Writes);
        let transfer = copy.start(list, &power).unwrap();
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        let fault = *done.result.unwrap_err().fault().expect("a fault");
        assert!(fault.causes.contains(FaultCause::DataWrite), "{fault}");
        assert!((2_000..=4_000).contains(&done.residue), "{} bytes are missing", done.residue);
        rig.board.dmac.memory().repair();
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.iter().all(|pair| *pair.source == *pair.destination));
        copy.release(cx).unwrap();

        let source = rig.buffer(cx, 0, &bytes(6_000, 4));
        let bad = source.bus_address() + 3_000;
        let rect = Rect::new(100, 60);
        let mut copy = rig.prepare::<Copier, _>(cx, rect);
        rig.board.dmac.memory().fail(bad..bad + 1, Failing::Reads);
        let pair = CopyPair { source, destination: rig.buffer(cx, 0, &[0; 6_000]) };
        let transfer = copy.start(pair, &power).unwrap();
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert!(done.result.unwrap_err().fault().expect("a fault").causes.contains(FaultCause::DataRead));
        assert!((3_000..=6_000).contains(&done.residue));
        rig.board.dmac.memory().repair();
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert!(done.result.is_ok() && *done.bufs.source == *done.bufs.destination);

        rig.until_done(&other);
        let done = other.wait(cx);
        assert!(done.result.is_ok() && *done.bufs.source == *done.bufs.destination, "undisturbed");
    });
}

#[test]
fn time_limits() {
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let data = words(64, 5);
        let buf = rig.buffer(cx, 0, &data);
        let mut tx = rig.prepare::<Tx, _>(cx, Linear::of(&buf));
        rig.device.enable(false);
        let transfer = tx.start(buf, &power).unwrap();
        let mut looks = 0;
        let done = transfer
            .wait_or(cx, || {
                looks += 1;
                rig.board.dmac.run(100);
                looks > 50
            })
            .unwrap();
        assert_eq!((done.result, done.residue), (Err(TransferError::TimedOut), 256));
        assert!(!done.interrupt_lost && done.result.unwrap_err().to_string().contains("requests"));
        // In time.
        rig.device.reset();
        rig.device.enable(true);
        let transfer = tx.start(done.bufs, &power).unwrap();
        let done = transfer
            .wait_or(cx, || {
                rig.serve();
                false
            })
            .unwrap();
        assert_eq!((done.result, done.residue, done.interrupt_lost), (Ok(()), 0, false));
        assert_eq!(rig.sent(), data);
    });
}

/// A bus that never answers: the time limit comes back, the buffers only when the hardware lets go.
#[test]
fn a_hung_bus_keeps_the_buffers_and_not_the_client() {
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), Config { release_polls: 50, ..Config::DEFAULT });
    host_task(|cx| {
        let power = rig.power(cx);
        let mut copy = rig.prepare::<Copier, _>(cx, Linear::new(4_000));
        let transfer = copy.start(rig.pair(cx, (0, 0), &bytes(4_000, 1)), &power).unwrap();
        rig.board.dmac.run(50);
        rig.board.dmac.hang_bus(true);
        rig.board.dmac.run(1_000);
        assert!(matches!(transfer.wait_or(cx, || true), Err(ReleaseError::Running)));
        assert!(copy.recover().is_none());
        rig.board.dmac.hang_bus(false);
        rig.board.dmac.run(10_000);
        let done = copy.recover().expect("let go");
        assert_eq!(done.result, Err(TransferError::TimedOut));
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.until_done(&transfer);
        assert_eq!(transfer.wait(cx).result, Ok(()));
    });
}

#[test]
fn lost_interrupts_are_found_and_told_apart() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let data = bytes(2_000, 1);
        let mut copy = rig.prepare::<Copier, _>(cx, Linear::new(2_000));
        assert_eq!(rig.dmac.watch(), Found::default());
        // The line missed an edge; the register shows it.
        let transfer = copy.start(rig.pair(cx, (0, 0), &data), &power).unwrap();
        assert!(rig.dmac.watch().is_nothing(), "not started is not ended");
        rig.board.dmac.run(100);
        assert!(rig.dmac.watch().is_nothing(), "running is not ended");
        rig.board.dmac.swallow_interrupts(1);
        rig.board.dmac.run(100_000);
        assert!(!transfer.is_done());
        assert_eq!(rig.dmac.watch(), Found { unserved: 1, untold: 0 });
        let done = transfer.wait(cx);
        assert!(done.interrupt_lost);
        assert_eq!(done.result, Ok(()));
        assert!(*done.bufs.destination == *data);
        // The event got lost inside the controller: the thread has simply stopped, and nobody can tell how far it came.
        rig.board.dmac.lose_interrupts(u32::MAX);
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.board.dmac.run(100_000);
        assert_eq!(rig.dmac.watch(), Found { unserved: 0, untold: 1 });
        let done = transfer.wait(cx);
        assert_eq!((done.result, done.interrupt_lost), (Err(TransferError::Vanished), true));
        assert_eq!(done.residue, 2_000);
        // The same by a time limit.
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.board.dmac.run(100_000);
        let done = transfer.wait_or(cx, || true).unwrap();
        assert_eq!((done.result, done.interrupt_lost), (Err(TransferError::Vanished), true));
        rig.board.dmac.lose_interrupts(0);
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.until_done(&transfer);
        assert!(!transfer.wait(cx).interrupt_lost);
    });
}

/// Somebody else kills the thread: that is no success, whatever the interrupts say.
#[test]
fn a_thread_that_vanishes_is_no_success() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut copy = rig.prepare::<Copier, _>(cx, Linear::new(20_000));
        let transfer = copy.start(rig.pair(cx, (0, 0), &bytes(20_000, 1)), &power).unwrap();
        rig.board.dmac.run(300);
        #[allow(unsafe_code, reason = "does what nobody may")]
        // SAFETY: it is not; the memory is a simulator's.
        let controller = unsafe { rig.dmac.controller() };
        dma::Controller::kill(controller, 0, 100).unwrap();
        rig.board.dmac.run(10_000);
        assert!(!transfer.is_done());
        assert_eq!(rig.dmac.watch(), Found { unserved: 0, untold: 1 });
        let done = transfer.wait(cx);
        assert_eq!(done.result, Err(TransferError::Vanished));
        assert!(done.residue > 0 && done.interrupt_lost);
        let transfer = copy.start(done.bufs, &power).unwrap();
        rig.until_done(&transfer);
        assert_eq!(transfer.wait(cx).result, Ok(()));
    });
}

/// The same with devices: what is told to have arrived is in memory, or the device has it.
#[test]
fn the_residue_is_true_at_devices_too() {
    let data = words(200, 5);
    let rig = Rig::receiver();
    host_task(|cx| {
        let power = rig.power(cx);
        let buf = rig.buffer(cx, 0, &[0_u32; 200]);
        let at = buf.bus_address();
        let mut rx = rig.prepare::<Rx, _>(cx, Linear::of(&buf));
        let transfer = rx.start(buf, &power).unwrap();
        rig.feed(&data);
        let expected: Vec<u8> = data.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut before = 800;
        while !rig.board.dmac.interrupt() {
            rig.board.dmac.run(3);
            let residue = transfer.residue();
            assert!(residue <= before);
            before = residue;
            let moved = 800 - residue as usize;
            assert!(rig.board.dmac.memory().dump(at, moved) == expected[..moved], "{moved} bytes have not arrived");
        }
        assert!(before < 400, "it moves on: {before}");
    });
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let buf = rig.buffer(cx, 1, &data);
        let mut tx = rig.prepare::<Tx, _>(cx, Linear::of(&buf));
        let transfer = tx.start(buf, &power).unwrap();
        let mut before = 800;
        while !rig.board.dmac.interrupt() {
            rig.board.dmac.run(3);
            let residue = transfer.residue();
            assert!(residue <= before);
            before = residue;
            assert!(u64::from(800 - residue) <= 4 * rig.device.moved(), "the device has not got it");
        }
    });
}

/// What the manager may fault for.
const MANAGER_CAUSES: [FaultCause; 6] = [
    FaultCause::UndefinedInstruction,
    FaultCause::InvalidOperand,
    FaultCause::StartSecurity,
    FaultCause::EventSecurity,
    FaultCause::InstructionFetch,
    FaultCause::DebugInstruction,
];

#[test]
fn the_manager_may_fail_to_start_any_shape() {
    static ROOM: SegmentStorage<CopyPair<u8>, 4> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut list = ROOM.take().unwrap();
        for i in 0..4 {
            list.push(rig.pair(cx, (i, 0), &bytes(500, i as u32))).unwrap();
        }
        let shape = Pausable::every(4, Sg::<4>::between(&list).events_every(1));
        let mut copy = rig.prepare::<Copier, _>(cx, shape);
        let mut bystander = rig.prepare::<Copier, _>(cx, Linear::new(30_000));
        let other = bystander.start(rig.pair(cx, (0, 0), &bytes(30_000, 3)), &power).unwrap();
        rig.board.dmac.run(20);
        // Nobody can know of the fault when starting: the simulator only notes it.
        rig.board.dmac.memory().violations().collect();
        let each = MANAGER_CAUSES.map(|cause| FaultCauses::NONE.with(cause));
        let all = MANAGER_CAUSES.into_iter().fold(FaultCauses::NONE, FaultCauses::with);
        for causes in each.into_iter().chain([all]) {
            causes.iter().for_each(|cause| rig.board.dmac.inject_manager_fault(cause));
            let transfer = copy.start(list, &power).unwrap();
            let _ = transfer.pause();
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!(done.result, Err(TransferError::Manager(causes)));
            assert_eq!(done.residue, 2_000);
            let transfer = copy.start(done.bufs, &power).unwrap();
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            assert!(done.bufs.iter().all(|pair| *pair.source == *pair.destination));
            list = done.bufs;
        }
        rig.until_done(&other);
        assert_eq!(other.wait(cx).result, Ok(()));
    });
}
