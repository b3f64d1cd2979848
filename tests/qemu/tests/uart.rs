//! Device to memory with real request lines: QEMU's Exynos4210 receives over its UARTs what this side of the serial port
//! sends.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linkwright::context::host_task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    ClaimError, Controller, Done, Endpoint, FaultCause, FaultCauses, Handler, Linear, Pausable, PauseError, Progress,
    QueueStorage, SegmentStorage, Sg, Shape, ThreadState, Transfer, TransferError,
};
use linkwright_exynos4210::{Serial0, Serial2, serial0, serial2};
use qemu::{Exynos, Random, Uart};

/// What a buffer holds before.
const BLANK: u8 = 0xa5;

fn data(random: &mut Random, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

/// Send in pieces that have nothing to do with the transfer's. QEMU takes a full FIFO for an empty one, so each piece
/// waits until the one before is in memory, as the residue says; with every request settled it is exact.
fn feed<U: Uart, E: Endpoint, S: Shape>(
    board: &Exynos,
    random: &mut Random,
    transfer: &Transfer<'_, E, S>,
    bytes: &[u8],
) {
    let mut rest = bytes;
    let mut left = transfer.residue() as usize;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(1 + random.up_to(14) as usize));
        board.feed::<U>(now);
        left -= now.len();
        let mut last = u32::MAX;
        board.serve_until(|| {
            let residue = transfer.residue();
            assert!(residue <= last && residue as usize >= left, "the residue is {residue} after {last}");
            last = residue;
            residue as usize == left
        });
        rest = later;
    }
}

#[test]
fn what_comes_in_is_in_memory() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(1);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let mut channel = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        for len in [1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000, 4096] {
            // Somewhere in a larger buffer, whose other bytes must keep theirs.
            let mut buffer = board.buffer(cx, len + 16, BLANK);
            let first = random.up_to(7) as usize;
            board.machine.write(buffer.bus_address(), &buffer);
            buffer.set_window(first, len).expect("it is within");
            let start = buffer.bus_address();
            let mut prepared = channel.prepare(cx, Linear::of(&buffer)).unwrap_or_else(|(e, _)| panic!("{e}"));
            let transfer = prepared.start(buffer, &power).unwrap_or_else(|r| panic!("{}", r.error));
            assert_eq!(transfer.residue(), len as u32);
            let sent = data(&mut random, len);
            feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent);
            board.serve_until(|| transfer.is_done());
            let done = transfer.wait(cx);
            done.result.unwrap_or_else(|e| panic!("{len}: {e}"));
            assert_eq!((done.residue, done.interrupt_lost), (0, false));
            assert_eq!(*done.bufs, *sent, "{len} bytes");
            let mut around = vec![0; len + 8];
            board.machine.read(start - first as u32, &mut around);
            let (before, after) = (&around[..first], &around[first + len..]);
            assert!(before.iter().chain(after).all(|byte| *byte == BLANK), "{len} bytes");
            channel = prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        }
        channel.release(cx);
    });
}

/// Bytes that are in memory, by what is there.
fn arrived(board: &Exynos, start: u32, sent: &[u8]) -> usize {
    let mut found = vec![0; sent.len()];
    board.machine.read(start, &mut found);
    found.iter().zip(sent).take_while(|(found, sent)| found == sent).count()
}

#[test]
fn two_uarts_share_a_controller() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(2);
        board.receive::<Serial0>();
        board.receive::<Serial2>();
        let shape = Linear::new(600);
        let (power0, power2) = (board.power(cx), board.power(cx));
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut first = claim.prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        let claim = board.dmac.claim::<serial2::Rx>(cx).expect("the line is free");
        let mut second = claim.prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        let again = board.dmac.claim::<serial2::Rx>(cx).expect_err("one line, one user");
        assert!(matches!(again, ClaimError::RequestTaken { .. }), "{again}");
        let one = first.start(board.buffer(cx, 600, 0), &power0).unwrap_or_else(|r| panic!("{}", r.error));
        let two = second.start(board.buffer(cx, 600, 0), &power2).unwrap_or_else(|r| panic!("{}", r.error));
        let (sent0, sent2) = (data(&mut random, 600), data(&mut random, 600));
        for (now0, now2) in sent0.chunks(100).zip(sent2.chunks(100)) {
            feed::<Serial0, _, _>(&board, &mut random, &one, now0);
            feed::<Serial2, _, _>(&board, &mut random, &two, now2);
        }
        board.serve_until(|| one.is_done() && two.is_done());
        let (one, two) = (one.wait(cx), two.wait(cx));
        assert_eq!((one.result, two.result), (Ok(()), Ok(())));
        assert_eq!((&*one.bufs, &*two.bufs), (&*sent0, &*sent2));
    });
}

#[test]
fn a_silent_line_is_left_with_what_came() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(3);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut prepared = claim.prepare(cx, Linear::new(100)).unwrap_or_else(|(e, _)| panic!("{e}"));
        let mut buffer = board.buffer(cx, 100, BLANK);
        for got in [0, 1, 37, 99, 64] {
            // The driver writes back only lines that are not all the device's.
            buffer.fill(BLANK);
            board.machine.write(buffer.bus_address(), &[BLANK; 100]);
            let transfer = prepared.start(buffer, &power).unwrap_or_else(|r| panic!("{}", r.error));
            let sent = data(&mut random, got);
            feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent);
            // Killed where it waits for a request.
            let stopped = transfer.stop(cx);
            assert_eq!(stopped.result, Err(TransferError::Cancelled));
            assert_eq!(stopped.residue as usize, 100 - got);
            assert_eq!(stopped.bufs[..got], *sent);
            assert!(stopped.bufs[got..].iter().all(|byte| *byte == BLANK), "{got}");
            buffer = stopped.bufs;
        }
        // A limit does the same, and what comes later is the next transfer's.
        let transfer = prepared.start(buffer, &power).unwrap_or_else(|r| panic!("{}", r.error));
        feed::<Serial0, _, _>(&board, &mut random, &transfer, b"abc");
        let mut polls = 0;
        let late = transfer.wait_or(cx, || {
            polls += 1;
            polls > 20
        });
        let late = late.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((late.result, late.residue), (Err(TransferError::TimedOut), 97));
        assert_eq!(late.bufs[..3], *b"abc");
        let transfer = prepared.start(late.bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 100);
        feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent);
        board.serve_until(|| transfer.is_done());
        assert_eq!(*transfer.wait(cx).bufs, *sent);
        prepared.release(cx).unwrap();
    });
}

#[test]
fn a_pause_holds_the_line_and_loses_nothing() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(4);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut prepared =
            claim.prepare(cx, Pausable::every(8, Linear::new(200))).unwrap_or_else(|(e, _)| panic!("{e}"));
        let thread = prepared.thread();
        let buffer = board.buffer(cx, 200, BLANK);
        let start = buffer.bus_address();
        let transfer = prepared.start(buffer, &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 200);
        feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent[..20]);
        assert!(!transfer.is_paused());
        transfer.pause().unwrap();
        // It stands at its next checkpoint, not here.
        assert!(!transfer.is_paused());
        board.feed::<Serial0>(&sent[20..120]);
        board.serve_until(|| transfer.is_paused());
        assert_eq!(board.controller.state(thread), ThreadState::WaitingForEvent);
        let moved = 200 - transfer.residue() as usize;
        assert!((20..=60).contains(&moved), "{moved}");
        // Nobody takes what the UART has, however long it lasts, and all that was told is there.
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!((arrived(&board, start, &sent), transfer.residue() as usize), (moved, 200 - moved));
        transfer.resume().unwrap();
        board.serve_until(|| transfer.residue() == 80);
        assert!(!transfer.is_paused());
        // A pause that is taken back before it came to be.
        transfer.pause().unwrap();
        transfer.resume().unwrap();
        feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent[120..]);
        board.serve_until(|| transfer.is_done());
        assert_eq!(transfer.pause(), Err(PauseError::Ended));
        let done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        assert_eq!(*done.bufs, *sent);
        // Killed while it stands.
        let transfer = prepared.start(done.bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
        transfer.pause().unwrap();
        board.feed::<Serial0>(&sent[..30]);
        board.serve_until(|| transfer.is_paused());
        let stopped = transfer.stop(cx);
        assert_eq!(stopped.result, Err(TransferError::Cancelled));
        let moved = 200 - stopped.residue as usize;
        assert!((1..=30).contains(&moved), "{moved}");
        assert_eq!(stopped.bufs[..moved], sent[..moved]);
        prepared.release(cx).unwrap();
    });
}

static PIECES: SegmentStorage<DmaBuf<u8>, 5> = SegmentStorage::new();
static TOLD: AtomicU32 = AtomicU32::new(0);
static MOVED: AtomicU32 = AtomicU32::new(0);

/// Counts what it is told of.
struct Listener;

impl<E: Endpoint, S: Shape> Handler<E, S> for Listener {
    fn complete(&self, done: Done<'_, E, S>) {
        drop(done);
    }

    fn progress(&self, progress: Progress) {
        TOLD.store(progress.events(), Ordering::Relaxed);
        MOVED.store(progress.moved(), Ordering::Relaxed);
    }
}

#[test]
fn a_line_is_scattered_over_buffers() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(5);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let lengths = [3, 64, 17, 1, 40];
        let mut pieces = PIECES.take().expect("nobody else has it");
        for len in lengths {
            pieces.push(board.buffer(cx, len, BLANK)).unwrap_or_else(|_| panic!("room for five"));
        }
        let shape = Sg::<5>::of(&pieces).events_every(2);
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut prepared = claim.prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        prepared.set_handler(cx, &Listener);
        prepared.start_detached(pieces, &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 125);
        // The first two buffers, most of the third.
        board.feed::<Serial0>(&sent[..80]);
        board.serve_until(|| prepared.residue() == 45);
        assert_eq!(TOLD.load(Ordering::Relaxed), 1);
        assert!((67..=80).contains(&MOVED.load(Ordering::Relaxed)), "{MOVED:?}");
        board.feed::<Serial0>(&sent[80..]);
        let mut completed = None;
        board.serve_until(|| {
            completed = prepared.recover();
            completed.is_some()
        });
        let completed = completed.expect("it ended");
        assert_eq!((completed.result, completed.residue), (Ok(()), 0));
        let mut rest = &*sent;
        for (piece, len) in completed.bufs.iter().zip(lengths) {
            let (now, later) = rest.split_at(len);
            assert_eq!(**piece, *now);
            rest = later;
        }
        prepared.release(cx).unwrap();
    });
}

#[test]
fn a_ring_goes_round() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(6);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut ring = claim.prepare_ring(cx, 4, 32).unwrap_or_else(|(e, _)| panic!("{e}"));
        ring.start(board.buffer(cx, 128, 0), &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 1000);
        let mut got = Vec::new();
        for now in sent.chunks(50) {
            board.feed::<Serial0>(now);
            let wanted = got.len() + now.len();
            board.serve_until(|| {
                let mut room = [0; 200];
                let count = ring.pull(&mut room).expect("in time");
                got.extend_from_slice(&room[..count]);
                got.len() == wanted
            });
            assert_eq!(got, sent[..wanted]);
        }
        let (periods, words) = ring.position().expect("it runs");
        assert_eq!((periods, words), (1000 / 32, 1000 % 32));
        // More than it holds: what is lost is told.
        for _ in 0..4 {
            let periods = || ring.position().expect("it runs").0;
            let before = periods();
            board.feed::<Serial0>(&sent[..64]);
            board.serve_until(|| periods() == before + 2);
        }
        let late = ring.pull(&mut [0; 8]).expect_err("256 bytes came");
        assert!(late.is_late(), "{late}");
        ring.stop(cx).unwrap_or_else(|e| panic!("{e}"));
        ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
    });
}

#[test]
fn a_gated_ring_waits_for_its_client() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(7);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut ring = claim.prepare_gated_ring(cx, 3, 64).unwrap_or_else(|(e, _)| panic!("{e}"));
        ring.start(board.buffer(cx, 192, 0), &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 64 * 10);
        let mut fed = 0;
        // The device may be three periods ahead, and stands then.
        for period in sent.chunks(64).take(3) {
            board.feed::<Serial0>(period);
            fed += 1;
            board.serve_until(|| ring.periods().expect("it runs") == fed);
        }
        assert!(ring.is_stalled().expect("it runs"));
        board.feed::<Serial0>(&sent[192..256]);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(ring.periods(), Ok(3));
        fed = 4;
        for wanted in sent.chunks(64) {
            board.serve_until(|| ring.period().expect("it runs").is_some());
            let period = ring.period().expect("it runs").expect("it is there");
            assert_eq!(*period, *wanted);
            period.grant().unwrap_or_else(|e| panic!("{e}"));
            if let Some(next) = sent.chunks(64).nth(fed as usize) {
                board.feed::<Serial0>(next);
                fed += 1;
            }
        }
        assert_eq!(ring.periods(), Ok(10));
        ring.stop(cx).unwrap_or_else(|e| panic!("{e}"));
        ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
    });
}

#[test]
fn a_fault_leaves_the_line_to_the_next_transfer() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(8);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let mut prepared = claim.prepare(cx, Linear::new(90)).unwrap_or_else(|(e, _)| panic!("{e}"));
        // The signal at the end becomes no instruction.
        let last = prepared.program().last_event_at.expect("it ends");
        let at = prepared.program_address().expect("it is in memory") + u32::from(last);
        let mut right = [0];
        board.machine.read(at, &mut right);
        board.memory.spoil(at, 0xff);
        let sent = data(&mut random, 90);
        let transfer = prepared.start(board.buffer(cx, 90, 0), &power).unwrap_or_else(|r| panic!("{}", r.error));
        // It runs well until there is nothing left to run.
        feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent[..89]);
        board.feed::<Serial0>(&sent[89..]);
        board.serve_until(|| transfer.is_done());
        let done = transfer.wait(cx);
        let Err(TransferError::Fault(fault)) = done.result else { panic!("{:?}", done.result) };
        assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::UndefinedInstruction));
        assert!(done.residue <= 1, "{}", done.residue);
        assert_eq!(*done.bufs, *sent);
        board.memory.heal();
        board.machine.write(at, &right);
        let transfer = prepared.start(done.bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
        let sent = data(&mut random, 90);
        feed::<Serial0, _, _>(&board, &mut random, &transfer, &sent);
        board.serve_until(|| transfer.is_done());
        let done = transfer.wait(cx);
        assert_eq!((done.result, &*done.bufs), (Ok(()), &*sent));
        prepared.release(cx).unwrap();
    });
}

static QUEUED: QueueStorage<serial0::Rx, Linear, 3> = QueueStorage::new();

#[test]
fn a_queue_takes_a_stream_in_pieces() {
    host_task(|cx| {
        let board = Exynos::new(cx);
        let mut random = Random::new(9);
        let power = board.power(cx);
        board.receive::<Serial0>();
        let claim = board.dmac.claim::<serial0::Rx>(cx).expect("the line is free");
        let prepared = claim.prepare(cx, Linear::new(32)).unwrap_or_else(|(e, _)| panic!("{e}"));
        let queue = prepared.into_queue(cx, &QUEUED).unwrap_or_else(|(e, _)| panic!("{e}"));
        for _ in 0..3 {
            queue.submit(board.buffer(cx, 32, BLANK), &power).unwrap_or_else(|r| panic!("{}", r.error));
        }
        queue.issue();
        // Pieces of the stream end where they like; while one transfer ends and the next begins the UART keeps what comes.
        let sent = data(&mut random, 32 * 12);
        let mut got = Vec::new();
        let mut fed = 0;
        for now in sent.chunks(50) {
            board.feed::<Serial0>(now);
            fed += now.len();
            board.serve_until(|| {
                while let Some((_, completed)) = queue.pop() {
                    assert_eq!(completed.result, Ok(()));
                    got.extend_from_slice(&completed.bufs);
                    queue.submit(completed.bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                    queue.issue();
                }
                got.len() == fed / 32 * 32
            });
        }
        assert_eq!(got, sent);
        queue.terminate();
        let mut cancelled = 0;
        board.serve_until(|| {
            while let Some((_, completed)) = queue.pop() {
                assert_eq!(completed.result, Err(TransferError::Cancelled));
                cancelled += 1;
            }
            queue.is_empty()
        });
        assert_eq!(cancelled, 3);
        queue.synchronize(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx).unwrap();
    });
}
