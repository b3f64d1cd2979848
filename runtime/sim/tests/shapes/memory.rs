//! Memory to memory and fills.

use std::sync::Mutex;

use linkwright::context::host_task;
use linkwright::dma::{
    self, CopyPair, Dmac, Done, Handler, Linear, PrepareError, Progress, SegmentStorage, Segments, Sg, StartError,
    TransferError,
};
use linkwright::microcode::Side;
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, FifoConfig};

use crate::rig::{Copier, Dmac0, Filler, POWER, Rig, bytes, check};

type List = Segments<CopyPair<u8>, 8>;

fn list(
    rig: &Rig,
    cx: &linkwright::context::Task<'_>,
    room: &'static SegmentStorage<CopyPair<u8>, 8>,
    seed: u32,
) -> List {
    let mut list = room.take().expect("free storage");
    for i in 0..8_usize {
        let data = bytes(20 + 100 * i, seed + i as u32);
        list.push(rig.pair(cx, (i, 7 - i), &data)).unwrap();
    }
    assert!(list.push(rig.pair(cx, (0, 0), &[1])).is_err(), "full");
    list
}

fn checked(mut list: List) -> List {
    for pair in list.iter_mut() {
        let expected = pair.source.to_vec();
        check(&mut pair.destination, &expected);
    }
    list
}

#[test]
fn lists_gather_and_scatter_by_one_program() {
    static ROOM: [SegmentStorage<CopyPair<u8>, 8>; 2] = [const { SegmentStorage::new() }; 2];
    let rig = Rig::new();
    host_task(|cx| {
        let (programs, data) = (rig.board.programs.free_bytes(), rig.board.data.free_bytes());
        let power = rig.power(cx);
        let first = list(&rig, cx, &ROOM[0], 1);
        assert!(ROOM[0].take().is_none(), "lent once");
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&first));
        assert_eq!(copy.program().blocks, 8);
        let second = list(&rig, cx, &ROOM[1], 50);
        let mut patched = Vec::new();
        let mut lists = [Some(first), Some(second)];
        for round in 0..4 {
            let submitted = copy.submit(lists[round % 2].take().unwrap(), &power).unwrap();
            patched.push(submitted.patched_bytes());
            let transfer = submitted.issue().unwrap();
            assert_eq!(rig.until_done(&transfer), 1, "one interrupt for the list");
            let done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            lists[round % 2] = Some(checked(done.bufs));
        }
        assert!(patched.iter().all(|patched| *patched <= 8 * 8), "{patched:?}");
        copy.release(cx).unwrap();
        drop(lists);
        assert!(ROOM.iter().all(|room| room.take().is_some()), "dropping a list frees its storage");
        assert_eq!((rig.board.programs.free_bytes(), rig.board.data.free_bytes()), (programs, data));
    });
}

#[test]
fn lists_that_do_not_fit_come_back() {
    static ROOM: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut all = list(&rig, cx, &ROOM, 1);
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&all));
        let last = all.pop().unwrap();
        let rejected = copy.start(all, &power).unwrap_err();
        assert_eq!(rejected.error, StartError::Segments { need: 8, have: 7 });
        assert!(rejected.error.to_string().contains("7 blocks"));
        all = rejected.bufs;
        all.push(last).unwrap();
        let (start, len) = (4, all[4].source.len());
        all[4].source.set_window(start, len - 1).unwrap();
        let rejected = copy.start(all, &power).unwrap_err();
        let error = StartError::TooShort { segment: 4, side: Side::Source, need: 420, have: 419 };
        assert_eq!(rejected.error, error);
        all = rejected.bufs;
        all[4].source.set_window(start + 1, len).unwrap();
        let rejected = copy.start(all, &power).unwrap_err();
        assert!(matches!(rejected.error, StartError::Alignment { segment: 4, side: Side::Source, .. }));
        all = rejected.bufs;
        all[4].source.set_window(start, len).unwrap();
        let transfer = copy.start(all, &power).unwrap();
        rig.until_done(&transfer);
        checked(transfer.wait(cx).bufs);
    });
}

/// A list in flight is dropped, leaked, and cancelled by a panic: the storage comes back when the hardware is quiet,
/// and not before.
#[test]
fn lists_in_flight_are_safe_whatever_happens_to_the_handle() {
    static ROOM: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.board.data.free_bytes();
        let power = rig.power(cx);
        let first = list(&rig, cx, &ROOM, 1);
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&first));
        drop(copy.start(first, &power).unwrap());
        while rig.board.data.free_bytes() < free {
            assert!(copy.recover().is_none());
            rig.board.dmac.run(10);
        }
        let again = list(&rig, cx, &ROOM, 2);
        std::mem::forget(copy.start(again, &power).unwrap());
        assert!(ROOM.take().is_none());
        while rig.serve() {}
        let leaked = copy.recover().unwrap();
        assert_eq!(leaked.result, Ok(()));
        drop(checked(leaked.bufs));
        let again = list(&rig, cx, &ROOM, 3);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _transfer = copy.start(again, &power).unwrap();
            panic!("a client's bug");
        }));
        assert!(panicked.is_err());
        while ROOM.take().is_none() {
            assert!(copy.recover().is_none());
            rig.board.dmac.run(10);
        }
        assert_eq!(rig.board.data.free_bytes(), free);
        let again = list(&rig, cx, &ROOM, 4);
        let stopped = copy.start(again, &power).unwrap().stop(cx);
        assert_eq!((stopped.result, stopped.bufs.len()), (Err(TransferError::Cancelled), 8));
        copy.start_detached(stopped.bufs, &power).unwrap();
        drop(copy);
        rig.board.dmac.run(10_000);
        drop(rig.prepare::<Copier, _>(cx, Linear::new(64)));
        assert_eq!(rig.board.data.free_bytes(), free, "reaped by the next to prepare");
    });
}

struct Watcher(Mutex<(Vec<Progress>, u32)>);

impl Handler<Copier, Sg<8>> for Watcher {
    fn complete(&self, done: Done<'_, Copier, Sg<8>>) {
        assert_eq!(done.result(), Ok(()));
        self.0.lock().unwrap().1 += 1;
        drop(done.finish());
    }
    fn progress(&self, progress: Progress) {
        let mut seen = self.0.lock().unwrap();
        assert_eq!(seen.1, 0, "told before the end");
        seen.0.push(progress);
    }
}

#[test]
fn a_list_tells_of_its_parts() {
    static ROOM: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();
    static WATCHER: Watcher = Watcher(Mutex::new((Vec::new(), 0)));
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let all = list(&rig, cx, &ROOM, 1);
        let total: usize = all.iter().map(|pair| pair.source.len()).sum();
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&all).events_every(2));
        assert_eq!(copy.program().events, 4);
        copy.set_handler(cx, &WATCHER);
        copy.start_detached(all, &power).unwrap();
        while rig.serve() {}
        let (told, ends) = std::mem::take(&mut *WATCHER.0.lock().unwrap());
        assert_eq!((told.len(), ends), (3, 1));
        let moved: Vec<_> = told.iter().map(Progress::moved).collect();
        assert!(moved.is_sorted() && moved[0] > 0 && (moved[2] as usize) < total, "{moved:?}");
        assert_eq!(told.iter().map(Progress::events).collect::<Vec<_>>(), [1, 2, 3]);
        // Nobody looks until all is over: one interrupt, which is the end.
        let all = list(&rig, cx, &ROOM, 1);
        copy.start_detached(all, &power).unwrap();
        rig.board.dmac.run(100_000);
        assert!(rig.serve());
        let (told, ends) = std::mem::take(&mut *WATCHER.0.lock().unwrap());
        assert_eq!((told.len(), ends), (0, 1));
        assert!(!rig.serve());
    });
}

#[test]
fn fills_with_zeros_and_with_words() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = (rig.board.programs.free_bytes(), rig.board.data.free_bytes());
        let power = rig.power(cx);
        for (at, len) in [(0, 1), (0, 64), (3, 1_000), (7, 4_099), (0, 65_536)] {
            let buf = rig.buffer(cx, at, &bytes(len, 1));
            let mut fill = rig.prepare::<Filler, _>(cx, Linear::of(&buf));
            let transfer = fill.start(buf, &power).unwrap();
            rig.until_done(&transfer);
            let mut done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            check(&mut done.bufs, &vec![0; len]);
            let channel = fill.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
            let shape = Linear::of(&done.bufs);
            let mut fill = channel.prepare_pattern(cx, shape, 0x5c).unwrap_or_else(|(e, _)| panic!("{e}"));
            let transfer = fill.start(done.bufs, &power).unwrap();
            rig.until_done(&transfer);
            let mut done = transfer.wait(cx);
            check(&mut done.bufs, &vec![0x5c; len]);
            fill.release(cx).unwrap();
        }
        let words = rig.buffer(cx, 1, &[0_u16; 333]);
        let channel = rig.claim::<dma::MemoryFill<Dmac0, u16>>(cx);
        let mut fill = channel.prepare_pattern(cx, Linear::of(&words), 0x1234).unwrap_or_else(|(e, _)| panic!("{e}"));
        let transfer = fill.start(words, &power).unwrap();
        rig.until_done(&transfer);
        check(&mut transfer.wait(cx).bufs, &[0x1234; 333]);
        fill.release(cx).unwrap();
        assert_eq!((rig.board.programs.free_bytes(), rig.board.data.free_bytes()), free);
    });
}

#[test]
fn programs_larger_than_memory_allows_are_refused() {
    let config = dma::Config { program_bytes: 300, ..dma::Config::DEFAULT };
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), config);
    host_task(|cx| {
        let free = rig.board.programs.free_bytes();
        let channel = rig.claim::<Copier>(cx);
        let (error, channel) = channel.prepare(cx, Sg::<64>::uniform(100)).unwrap_err();
        assert!(matches!(error, PrepareError::Plan(dma::plan::PlanError::TooLong { have: 300, .. })), "{error}");
        let (error, channel) = channel.prepare(cx, Sg::<2>::new(&[Linear::new(4); 3])).unwrap_err();
        assert_eq!(error, PrepareError::Plan(dma::plan::PlanError::TooManyBlocks));
        let copy = channel.prepare(cx, Sg::<8>::uniform(100)).unwrap_or_else(|(e, _)| panic!("{e}"));
        assert!(copy.program().size <= 300);
        copy.release(cx).unwrap();
        assert_eq!(rig.board.programs.free_bytes(), free);
    });
}

/// The strict rule: an equal share of the FIFO for each thread, whoever else is prepared.
#[test]
fn the_strict_rule_gives_each_thread_its_share() {
    let strict = dma::Config { strict_fifo: true, ..dma::Config::DEFAULT };
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), strict);
    host_task(|cx| {
        let share = 128 / 8;
        let all: Vec<_> = (0..8).map(|i| rig.prepare::<Copier, _>(cx, Linear::new(10_000).at(i, 3))).collect();
        assert!(all.iter().all(|copy| copy.program().fifo.peak() <= share));
    });
    // One line a thread holds no copy whose two sides lie differently; without the rule there is room for one.
    let crooked = Linear::new(10_000).at(1, 3);
    for (strict_fifo, refused) in [(true, true), (false, false)] {
        let small = linkwright_sim::Config { fifo_lines: 8, ..linkwright_sim::Config::zynq7000() };
        let board = Board::new(small).unwrap();
        let config = dma::Config { strict_fifo, ..dma::Config::DEFAULT };
        let dmac: &'static Dmac<_> =
            Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, board.programs, config)));
        host_task(|cx| match dmac.claim::<Copier>(cx).unwrap().prepare(cx, crooked) {
            Ok(copy) => {
                assert!(!refused);
                copy.release(cx).unwrap();
            }
            Err((error, channel)) => {
                assert!(refused);
                assert_eq!(error, PrepareError::Plan(dma::plan::PlanError::FifoTooSmall));
                channel.prepare(cx, Linear::new(10_000)).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx).unwrap();
            }
        });
    }
}

static NEXT: Mutex<Vec<List>> = Mutex::new(Vec::new());
static ENDED: Mutex<Vec<List>> = Mutex::new(Vec::new());
static CHAIN: fn(Done<'_, Copier, Sg<8>>) = |done| {
    assert_eq!((done.result(), done.residue()), (Ok(()), 0));
    let next = NEXT.lock().unwrap().pop();
    let ended = match next {
        Some(next) => done.rearm(next).unwrap(),
        None => done.finish(),
    };
    ENDED.lock().unwrap().push(ended);
};

#[test]
fn lists_are_rearmed_in_the_callback() {
    static ROOM: [SegmentStorage<CopyPair<u8>, 8>; 4] = [const { SegmentStorage::new() }; 4];
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut lists: Vec<_> = ROOM.iter().zip(0..).map(|(room, seed)| list(&rig, cx, room, 30 * seed)).collect();
        let mut copy = rig.prepare::<Copier, _>(cx, Sg::<8>::between(&lists[0]));
        copy.set_handler(cx, &CHAIN);
        let first = lists.pop().unwrap();
        *NEXT.lock().unwrap() = lists;
        copy.start_detached(first, &power).unwrap();
        drop(power);
        while rig.serve() {}
        let ended = std::mem::take(&mut *ENDED.lock().unwrap());
        assert_eq!(ended.len(), 4);
        ended.into_iter().for_each(|list| drop(checked(list)));
        copy.release(cx).unwrap();
    });
}
