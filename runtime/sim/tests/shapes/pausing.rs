//! Pausing and resuming at checkpoints.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{
    self, CopyPair, Dmac, FaultCause, Linear, Pausable, PauseError, PrepareError, SegmentStorage, Sg, StartError,
    TransferError,
};
use linkwright::power::Active;
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Config, FifoConfig, Outcome, Supply};

use crate::rig::{Copier, Dmac0, Rig, Rx, Tx, bytes, check, words};

/// To where the thread parks, if it does.
fn let_it_park(rig: &Rig, paused: impl Fn() -> bool) -> bool {
    for _ in 0..200 {
        if paused() {
            return true;
        }
        if rig.board.dmac.run_until_interrupt(500) == Outcome::Reached {
            rig.dmac.irq();
        }
    }
    false
}

#[test]
fn paused_wherever_and_resumed_every_byte_arrives() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let data = bytes(20_000, 1);
        let mut pair = rig.pair(cx, (1, 6), &data);
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(4, Linear::between(&pair)));
        let mut pauses = 0;
        for ticks in (0..12_000).step_by(617) {
            let transfer = copy.start(pair, &power).unwrap();
            rig.board.dmac.run(ticks);
            let asked = transfer.pause();
            assert_eq!(transfer.pause(), asked, "twice is once");
            if let_it_park(&rig, || transfer.is_paused() || transfer.is_done()) && transfer.is_paused() {
                pauses += 1;
                let moved = 20_000 - transfer.residue();
                rig.board.dmac.run(50_000);
                assert_eq!(20_000 - transfer.residue(), moved, "it stands");
                assert!(!transfer.is_done());
                assert!(!rig.board.dmac.interrupt(), "the line is down");
                let at = transfer_destination(&rig, moved as usize, &data);
                assert!(at, "what is told to have arrived has");
                assert_eq!(transfer.resume(), Ok(()));
                assert_eq!(transfer.resume(), Ok(()), "twice is once");
                assert!(!transfer.is_paused());
            }
            rig.until_done(&transfer);
            assert_eq!(transfer.pause(), Err(PauseError::Ended));
            assert_eq!(transfer.resume(), Err(PauseError::Ended));
            let mut done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            check(&mut done.bufs.destination, &data);
            done.bufs.destination.fill(0);
            pair = done.bufs;
        }
        assert!(pauses > 5, "{pauses}");
        copy.release(cx).unwrap();
    });
}

/// Are the first `moved` bytes somewhere in memory as a destination would have them?
fn transfer_destination(rig: &Rig, moved: usize, data: &[u8]) -> bool {
    let memory = rig.board.dmac.memory().dump(linkwright_sim::Board::DATA.start, 80_000);
    let (source, rest) = memory.split_at(20_000 + 33);
    assert!(source.windows(data.len()).any(|w| w == data));
    rest.windows(moved.max(1)).any(|w| w == &data[..moved.max(1)])
}

/// Asked to stand and told to go on before it stood: it stands nowhere.
/// The checkpoint was reached, and whoever looks has to see to it that the thread goes on.
#[test]
fn a_pause_taken_back_goes_on_without_its_interrupt() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        let checkpoint = copy.program().checkpoint.unwrap();
        let transfer = copy.start(pair, &power).unwrap();
        rig.board.dmac.run(200);
        transfer.pause().unwrap();
        transfer.resume().unwrap();
        rig.board.dmac.lose_interrupts(1 << checkpoint);
        rig.board.dmac.run(5_000);
        assert!(!transfer.is_done() && !rig.board.dmac.interrupt());
        rig.board.dmac.lose_interrupts(0);
        assert!(!transfer.is_paused(), "it was told to go on");
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert!(*done.bufs.source == *done.bufs.destination);
    });
}

#[test]
fn a_pause_taken_back_in_time() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        for ticks in (0..3_000).step_by(97) {
            let transfer = copy.start(pair, &power).unwrap();
            rig.board.dmac.run(ticks);
            let _ = transfer.pause();
            rig.board.dmac.run(ticks % 13);
            let _ = transfer.resume();
            if ticks % 2 == 0 {
                // And asked for again.
                let _ = transfer.pause();
                let _ = transfer.resume();
            }
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            assert!(*done.bufs.source == *done.bufs.destination);
            pair = done.bufs;
        }
    });
}

#[test]
fn a_paused_transfer_can_be_stopped_dropped_and_holds_its_buffers() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let free = rig.board.data.free_bytes();
        let pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        let transfer = copy.start(pair, &power).unwrap();
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        let residue = transfer.residue();
        assert!(residue > 0 && residue < 10_000);
        let stopped = transfer.stop(cx);
        assert_eq!(stopped.result, Err(TransferError::Cancelled));
        assert!(stopped.residue <= residue);
        let pair: CopyPair<u8> = stopped.bufs;
        // The event of the pause is masked again: the next transfer does not stand.
        let transfer = copy.start(pair, &power).unwrap();
        assert_eq!(rig.until_done(&transfer), 1);
        let pair = transfer.wait(cx).bufs;
        let transfer = copy.start(pair, &power).unwrap();
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        drop(transfer);
        rig.board.dmac.run(1_000);
        assert!(copy.recover().is_none());
        assert_eq!(rig.board.data.free_bytes(), free);
        // Detached, by its owner.
        copy.start_detached(rig.pair(cx, (0, 0), &bytes(10_000, 3)), &power).unwrap();
        copy.pause().unwrap();
        assert!(let_it_park(&rig, || copy.is_paused()));
        assert!(matches!(
            copy.start(rig.pair(cx, (0, 0), &bytes(10_000, 3)), &power).unwrap_err().error,
            StartError::Busy
        ));
        copy.resume().unwrap();
        while rig.serve() {}
        assert_eq!(copy.recover().unwrap().result, Ok(()));
        copy.release(cx).unwrap();
        assert_eq!(rig.board.data.free_bytes(), free);
    });
}

#[test]
fn resuming_with_a_stuck_command_interface_is_an_error_and_can_be_repeated() {
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), dma::Config { command_polls: 10, ..dma::Config::DEFAULT });
    host_task(|cx| {
        let power = rig.power(cx);
        let pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        let transfer = copy.start(pair, &power).unwrap();
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        rig.board.dmac.kill_debug(true);
        assert_eq!(transfer.resume(), Err(PauseError::Stuck));
        assert!(transfer.is_paused());
        rig.board.dmac.kill_debug(false);
        assert_eq!(transfer.resume(), Ok(()));
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert!(*done.bufs.source == *done.bufs.destination);
    });
}

#[test]
fn lists_and_devices_pause_too() {
    static ROOM: SegmentStorage<CopyPair<u8>, 4> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut list = ROOM.take().unwrap();
        for i in 0..4 {
            list.push(rig.pair(cx, (i, 0), &bytes(3_000, i as u32))).unwrap();
        }
        let shape = Pausable::every(4, Sg::<4>::between(&list).events_every(1));
        let mut copy = rig.prepare::<Copier, _>(cx, shape);
        let transfer = copy.start(list, &power).unwrap();
        let mut stops = 0;
        while !transfer.is_done() {
            if transfer.pause().is_ok() && let_it_park(&rig, || transfer.is_paused() || transfer.is_done()) {
                stops += u32::from(transfer.is_paused());
                let _ = transfer.resume();
                rig.board.dmac.run(5);
            }
        }
        assert!(stops > 20, "{stops}");
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.iter().all(|pair| *pair.source == *pair.destination));
    });
    let data = words(512, 9);
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let buf = rig.buffer(cx, 0, &data);
        let mut tx = rig.prepare::<Tx, _>(cx, Pausable::every(4, Linear::of(&buf)));
        let transfer = tx.start(buf, &power).unwrap();
        rig.board.dmac.run(400);
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        transfer.resume().unwrap();
        rig.until_done(&transfer);
        assert_eq!(transfer.wait(cx).result, Ok(()));
        assert_eq!(rig.sent(), data);
    });
    let rig = Rig::receiver();
    host_task(|cx| {
        let power = rig.power(cx);
        let buf = rig.buffer(cx, 0, &[0_u32; 512]);
        let mut rx = rig.prepare::<Rx, _>(cx, Pausable::every(2, Linear::of(&buf)));
        let transfer = rx.start(buf, &power).unwrap();
        rig.feed(&data[..256]);
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        transfer.resume().unwrap();
        rig.feed(&data[256..]);
        rig.until_done(&transfer);
        check(&mut transfer.wait(cx).bufs, &data);
    });
}

/// A pausable channel takes two events.
#[test]
fn events_are_counted() {
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), dma::Config { events: 0b111, ..dma::Config::DEFAULT });
    host_task(|cx| {
        let shape = Pausable::every(4, Linear::new(1_000));
        let first = rig.prepare::<Copier, _>(cx, shape);
        let (error, channel) = rig.claim::<Copier>(cx).prepare(cx, shape).unwrap_err();
        assert_eq!(error, PrepareError::NoEvent);
        let plain = channel.prepare(cx, Linear::new(1_000)).unwrap_or_else(|(e, _)| panic!("{e}"));
        first.release(cx).unwrap();
        plain.release(cx).unwrap();
        let (error, _) = rig.claim::<Copier>(cx).prepare(cx, Pausable::every(0, Linear::new(1_000))).unwrap_err();
        assert_eq!(error, PrepareError::Plan(dma::plan::PlanError::Checkpoint));
    });
}

/// Power is held while a transfer stands, and given back with it.
#[test]
fn a_paused_transfer_keeps_its_controller_on() {
    let board = Board::new(Config::zynq7000()).unwrap();
    let supply: &'static Supply = Box::leak(Box::new(Supply::new(board.dmac)));
    let dmac: &'static Dmac<_> =
        Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), supply, board.programs, dma::Config::DEFAULT)));
    supply.on_resume(|| dmac.restore());
    host_task(|cx| {
        let power = Active::<Dmac0>::resume(cx, supply).unwrap();
        let shape = Pausable::every(8, Linear::new(10_000));
        let mut copy = dmac.claim::<Copier>(cx).unwrap().prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        let buffer = || board.data.alloc::<u8>(cx, 10_000).unwrap();
        let transfer = copy.start(CopyPair { source: buffer(), destination: buffer() }, &power).unwrap();
        drop(power);
        transfer.pause().unwrap();
        while !transfer.is_paused() {
            board.dmac.run(50);
            dmac.irq();
        }
        assert!(!supply.suspend(), "it stands, and is not done");
        transfer.resume().unwrap();
        while !transfer.is_done() {
            board.dmac.run(50);
            dmac.irq();
        }
        assert_eq!(transfer.wait(cx).result, Ok(()));
        assert!(supply.suspend());
        // Off and on again: the checkpoints' event is not among those that are restored as interrupts.
        let power = Active::<Dmac0>::resume(cx, supply).unwrap();
        let transfer = copy.start(CopyPair { source: buffer(), destination: buffer() }, &power).unwrap();
        while !transfer.is_done() {
            assert!(board.dmac.run_until_interrupt(crate::rig::LONG) == Outcome::Reached && dmac.irq());
            assert!(!transfer.is_paused());
        }
        assert_eq!(transfer.wait(cx).result, Ok(()));
    });
}

struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Who awaits the transfer is woken when it stands, and when it ends.
#[test]
fn standing_wakes_the_future() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker: Waker = count.clone().into();
        let mut context = Context::from_waker(&waker);
        let mut transfer = pin!(copy.start(pair, &power).unwrap());
        assert!(transfer.as_mut().poll(&mut context).is_pending());
        transfer.pause().unwrap();
        assert!(rig.serve());
        assert!(transfer.is_paused());
        assert_eq!(count.0.load(SeqCst), 1);
        assert!(transfer.as_mut().poll(&mut context).is_pending());
        transfer.resume().unwrap();
        assert!(rig.serve());
        assert_eq!(count.0.load(SeqCst), 2);
        let Poll::Ready(done) = transfer.as_mut().poll(&mut context) else { panic!("it has ended") };
        assert_eq!(done.result, Ok(()));
    });
}

/// A resume that was lost with a manager cannot be given again at once: who awaits is woken and finds it paused.
#[test]
fn a_lost_resume_that_stays_stuck_wakes_the_future() {
    let mut instance = Config::zynq7000();
    // The manager's kill is still being executed when the thread is to be told.
    instance.timing.debug_latency = 400;
    let config = dma::Config { command_polls: 20, ..dma::Config::DEFAULT };
    let rig = Rig::on(instance, FifoConfig::transmitter(4, Some(8)), config);
    // The simulator only notes that a faulting manager was told something.
    rig.board.dmac.memory().violations().collect();
    host_task(|cx| {
        let power = rig.power(cx);
        let pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker: Waker = count.clone().into();
        let mut context = Context::from_waker(&waker);
        let mut transfer = pin!(copy.start(pair, &power).unwrap());
        rig.board.dmac.run(500);
        transfer.pause().unwrap();
        assert!(let_it_park(&rig, || transfer.is_paused()));
        rig.board.dmac.inject_manager_fault(FaultCause::UndefinedInstruction);
        transfer.resume().unwrap();
        rig.board.dmac.run(1_000);
        assert!(transfer.as_mut().poll(&mut context).is_pending());
        assert!(!transfer.is_paused());
        assert!(simulated_interrupt(|| rig.dmac.irq()));
        assert_eq!((transfer.is_paused(), count.0.load(SeqCst)), (true, 1));
        rig.board.dmac.run(1_000);
        transfer.resume().unwrap();
        rig.until_done(&transfer);
        let Poll::Ready(done) = transfer.as_mut().poll(&mut context) else { panic!("it has ended") };
        assert_eq!(done.result, Ok(()));
    });
}

/// The manager faults, and whoever resumes cannot know: the signal that is lost with it is given again.
#[test]
fn a_manager_fault_loses_no_resume() {
    let rig = Rig::new();
    // The simulator only notes that a faulting manager was told something.
    rig.board.dmac.memory().violations().collect();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut pair = rig.pair(cx, (0, 0), &bytes(10_000, 2));
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(8, Linear::between(&pair)));
        for early in [false, true] {
            let transfer = copy.start(pair, &power).unwrap();
            rig.board.dmac.run(20);
            transfer.pause().unwrap();
            if early {
                // Asked to go on before it stands: the interrupt body resumes it, and finds the manager faulting.
                transfer.resume().unwrap();
                assert_eq!(rig.board.dmac.run_until_interrupt(crate::rig::LONG), Outcome::Reached);
                rig.board.dmac.run(20);
                rig.board.dmac.inject_manager_fault(FaultCause::UndefinedInstruction);
                rig.dmac.irq();
            } else {
                assert!(let_it_park(&rig, || transfer.is_paused()));
                rig.board.dmac.inject_manager_fault(FaultCause::UndefinedInstruction);
                transfer.resume().unwrap();
                rig.board.dmac.run(100);
                assert!(!transfer.is_done());
            }
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            assert!(*done.bufs.source == *done.bufs.destination);
            pair = done.bufs;
        }
    });
}
