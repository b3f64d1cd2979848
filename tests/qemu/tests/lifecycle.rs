//! Transfers through their whole life on QEMU: re-arming in the callback, cancelling, eight channels at once.

use std::sync::Mutex;

use linkwright::context::host_task;
use linkwright::dma::{Done, Linear, MemoryCopy, PrepareError, ThreadState, TransferError};
use linkwright::microcode::{Isa, Op};
use linkwright_pl330::Microcode;
use linkwright_zynq7000::DmacS;
use qemu::{Board, Pair, Random, find};

/// Transfers to come and transfers done.
static QUEUE: Mutex<(Vec<Pair>, Vec<Pair>)> = Mutex::new((Vec::new(), Vec::new()));

fn rearm(done: Done<'_, MemoryCopy<DmacS>, Linear>) {
    done.result().expect("no fault");
    let mut queue = QUEUE.lock().unwrap();
    let finished = match queue.0.pop() {
        Some(next) => done.rearm(next).unwrap_or_else(|e| panic!("{}", e.error)),
        None => done.finish(),
    };
    queue.1.push(finished);
}

#[test]
fn rearmed_in_the_callback() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(1);
        let mut pairs: Vec<Pair> = (0..20).map(|_| board.pair(cx, 5000)).collect();
        pairs.iter_mut().for_each(|pair| random.fill(&mut pair.source));
        let mut prepared = board.claim(cx).prepare(cx, Linear::new(5000)).unwrap_or_else(|(e, _)| panic!("{e}"));
        prepared.set_handler(cx, &rearm);
        let mut program = [0; 256];
        let length = prepared.read_program(&mut program);

        let first = pairs.pop().unwrap();
        *QUEUE.lock().unwrap() = (pairs, Vec::new());
        prepared.start_detached(first, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        // One interrupt a transfer: each callback starts the next.
        assert_eq!(board.serve(), 20);
        let done = std::mem::take(&mut QUEUE.lock().unwrap().1);
        assert_eq!(done.len(), 20);
        for pair in &done {
            assert!(*pair.source == *pair.destination);
            let mut found = vec![0; 5000];
            board.machine.read(pair.destination.bus_address(), &mut found);
            assert!(found == *pair.source);
        }
        // The same program all along but for its addresses.
        let mut after = [0; 256];
        assert_eq!(prepared.read_program(&mut after), length);
        assert!(program.iter().zip(&after).filter(|(a, b)| a != b).count() <= 8);
        prepared.release(cx).unwrap();
    });
}

#[test]
fn starting_is_one_read_and_three_writes() {
    host_task(|cx| {
        let board = Board::new(cx);
        let pair = board.pair(cx, 4096);
        let mut prepared = board.claim(cx).prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
        let (mut pair, mut patched) = (pair, Vec::new());
        for _ in 0..3 {
            let before = board.machine.accesses();
            let submitted = prepared.submit(pair, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
            patched.push(submitted.patched_bytes());
            assert_eq!(board.machine.accesses(), before, "submitting touches no register");
            let transfer = submitted.issue().unwrap_or_else(|r| panic!("{}", r.error));
            assert_eq!(board.machine.accesses() - before, 4);
            board.serve();
            pair = transfer.wait(cx).bufs;
        }
        assert!(patched[0] <= 8, "{patched:?}");
        assert_eq!(patched[1..], [0, 0], "the same transfer again");
        drop(pair);
        prepared.release(cx).unwrap();
    });
}

#[test]
fn eight_channels_and_no_ninth() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(8);
        let mut all: Vec<_> = (0..9).map(|_| board.claim(cx)).collect();
        let ninth = all.pop().unwrap();
        let mut prepared: Vec<_> = all
            .drain(..)
            .enumerate()
            .map(|(i, channel)| {
                let mut pair = board.pair(cx, 10_000);
                pair.source.set_window(i, 9000 + i).unwrap();
                pair.destination.set_window(7 - i, 9000 + i).unwrap();
                random.fill(&mut pair.source);
                let prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
                (prepared, Some(pair))
            })
            .collect();
        let threads: Vec<u8> = prepared.iter().map(|(copy, _)| copy.thread()).collect();
        assert_eq!(threads, [0, 1, 2, 3, 4, 5, 6, 7]);
        let (error, ninth) = ninth.prepare(cx, Linear::new(64)).unwrap_err();
        assert_eq!(error, PrepareError::NoThread);
        // All start before the first interrupt is looked at.
        let mut flying: Vec<_> = prepared
            .iter_mut()
            .map(|(p, pair)| p.start(pair.take().unwrap(), &board.power).unwrap_or_else(|r| panic!("{}", r.error)))
            .collect();
        assert_eq!(board.serve(), 1, "one pass serves them all");
        for transfer in flying.drain(..) {
            let done = transfer.wait(cx);
            done.result.unwrap();
            assert!(*done.bufs.source == *done.bufs.destination);
        }
        drop(flying);
        for (p, _) in prepared {
            p.release(cx).unwrap();
        }
        ninth.prepare(cx, Linear::new(64)).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx).unwrap();
    });
}

/// QEMU's controller kills cleanly only a thread that is parked with an empty FIFO, so the programs are made to park:
/// where they would load and store, they wait for an event.
#[test]
fn stopped_and_dropped_while_parked() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut pair = board.pair(cx, 64);
        pair.source.fill(0x5a);
        let channel = board.claim(cx);
        let mut prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
        let thread = prepared.thread();
        let park = Microcode::encode(Op::WaitEvent(15, false)).unwrap();
        let moves = [Op::Load(linkwright::microcode::When::Always), Op::Store(linkwright::microcode::When::Always)];
        let at = find(&prepared, &moves, 0);
        for (address, byte) in (at..).zip(park.as_bytes()) {
            board.memory.spoil(address, *byte);
        }

        let transfer = prepared.start(pair, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        assert_eq!(board.serve(), 0);
        assert!(!transfer.is_done());
        assert_eq!(board.state(thread), ThreadState::WaitingForEvent);
        let stopped = transfer.stop(cx);
        assert_eq!(stopped.result, Err(TransferError::Cancelled));
        assert_eq!(board.state(thread), ThreadState::Stopped);

        let transfer = prepared.start(stopped.bufs, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        assert_eq!(board.state(thread), ThreadState::WaitingForEvent);
        drop(transfer);
        assert_eq!(board.state(thread), ThreadState::Stopped);

        board.memory.heal();
        let mut prepared = prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        let mut pair = board.pair(cx, 64);
        pair.source.fill(0xa5);
        let mut again = prepared.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
        let transfer = again.start(pair, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        board.serve();
        let done = transfer.wait(cx);
        done.result.unwrap();
        assert_eq!(*done.bufs.destination, [0xa5; 64]);
        prepared = again.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        prepared.release(cx);
    });
}
