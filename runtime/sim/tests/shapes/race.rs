//! Interrupts, watchdogs, pauses, progress, cancels, releases and faults of the manager on several threads at once, of
//! every shape and of a gated ring.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Instant;

use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{
    self, Completed, CopyPair, Done, FaultCause, Goes, Handler, Linear, Pausable, PrepareError, Prepared, Progress,
    Rect, RingError, SegmentStorage, Segments, Sg, TransferError,
};
use linkwright_sim::{FifoConfig, Violation};

use crate::rig::{Copier, Dmac0, Rig, Tx, bytes};

type List = Segments<CopyPair<u8>, 6>;

/// A small generator, so that the choices do not depend on anything else.
struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}

#[derive(Default)]
struct Score {
    succeeded: AtomicU32,
    cancelled: AtomicU32,
    paused: AtomicU32,
    told: AtomicU32,
    handled: AtomicU32,
    /// Of the manager.
    faults: AtomicU32,
    /// Transfers that it was to start; it takes luck to hit one.
    unstarted: AtomicU32,
    granted: AtomicU32,
}

/// Never told of progress after the end, nor of two things at once.
struct Watcher {
    busy: AtomicBool,
    running: AtomicBool,
    score: &'static Score,
}

impl Watcher {
    fn alone(&self) {
        assert!(!self.busy.swap(true, SeqCst), "told twice at once");
    }
}

impl<S: dma::Shape> Handler<Copier, S> for Watcher {
    fn complete(&self, done: Done<'_, Copier, S>) {
        self.alone();
        self.running.store(false, SeqCst);
        self.score.handled.fetch_add(1, SeqCst);
        self.busy.store(false, SeqCst);
        if done.result().is_ok() {
            assert_eq!(done.residue(), 0);
        }
        // What it leaves is for `recover`.
        drop(done);
    }
    fn progress(&self, _: Progress) {
        self.alone();
        assert!(self.running.load(SeqCst), "told after the end");
        self.score.told.fetch_add(1, SeqCst);
        std::thread::yield_now();
        self.busy.store(false, SeqCst);
    }
}

#[test]
fn soak_of_every_shape() {
    let rounds = 150;
    let score: &'static Score = Box::leak(Box::default());
    let config = dma::Config { relax: std::thread::yield_now, ..dma::Config::DEFAULT };
    let rig = Rig::with(FifoConfig::transmitter(4, Some(8)), config);
    let (board, dmac) = (rig.board, rig.dmac);
    let free = (board.programs.free_bytes(), board.data.free_bytes());
    let over = AtomicBool::new(false);
    // The simulator only notes that a faulting manager was told something.
    let violations = board.dmac.memory().violations();
    violations.collect();
    std::thread::scope(|scope| {
        let hardware: Vec<_> = (0..4)
            .map(|which| {
                let over = &over;
                let mut random = Random(104_729);
                scope.spawn(move || {
                    while !over.load(SeqCst) {
                        match which {
                            0 => {
                                board.dmac.run(9);
                                if random.below(20) == 0 {
                                    score.faults.fetch_add(1, SeqCst);
                                    board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
                                }
                            }
                            3 => drop(dmac.watch()),
                            _ => drop(simulated_interrupt(|| dmac.irq())),
                        }
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        let tasks: Vec<_> = (1..=4)
            .map(|seed| {
                let client = Client { board, dmac, score, random: Random(seed * 7_919) };
                scope.spawn(move || host_task(|cx| client.run(cx, rounds)))
            })
            .collect();
        let ring = scope.spawn(|| {
            let ring = RingClient { rig: &rig, score, random: Random(7) };
            host_task(|cx| ring.run(cx, rounds))
        });
        let ended: Vec<_> = tasks.into_iter().chain([ring]).map(std::thread::ScopedJoinHandle::join).collect();
        over.store(true, SeqCst);
        hardware.into_iter().for_each(|thread| thread.join().unwrap());
        ended.into_iter().for_each(|task| task.unwrap());
    });
    simulated_interrupt(|| dmac.irq());
    assert!(violations.take().iter().all(|violation| *violation == Violation::DebugFaulting));
    host_task(|cx| {
        let all: Vec<_> = (0..8).map(|_| rig.prepare::<Copier, _>(cx, Linear::new(64))).collect();
        all.into_iter().for_each(|copy| copy.release(cx).unwrap());
    });
    assert_eq!((board.programs.free_bytes(), board.data.free_bytes()), free, "nothing is lost");
    let counts =
        [&score.succeeded, &score.cancelled, &score.paused, &score.told, &score.handled, &score.faults, &score.granted];
    let counts = counts.map(|count| count.load(SeqCst));
    println!("{counts:?}, unstarted: {:?}", score.unstarted);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

struct Client {
    board: linkwright_sim::Board,
    dmac: &'static dma::Dmac<linkwright_pl330::Pl330<&'static linkwright_sim::Pl330Sim>>,
    score: &'static Score,
    random: Random,
}

impl Client {
    fn run(mut self, cx: &Task<'_>, rounds: u32) {
        let room: &'static SegmentStorage<CopyPair<u8>, 6> = Box::leak(Box::new(SegmentStorage::new()));
        for round in 0..rounds {
            match self.random.below(4) {
                0 => {
                    let pair = self.pair(cx, 2_000, round);
                    self.transfer(cx, Pausable::every(2, Linear::between(&pair)), pair, whole);
                }
                1 => {
                    let pair = self.pair(cx, 100 * 9 + 50, round);
                    let rect =
                        Rect::new(50, 10).pitch(100, 100).at(pair.source.bus_address(), pair.destination.bus_address());
                    self.transfer(cx, Pausable::every(3, rect), pair, rows);
                }
                _ => {
                    let Some(mut list) = room.take() else { continue };
                    for i in 0..6 {
                        let len = 1 + self.random.below(600) as usize;
                        list.push(self.pair(cx, len, round + i)).unwrap();
                    }
                    let shape = Sg::<6>::between(&list).events_every(1);
                    self.transfer(cx, Pausable::every(4, shape), list, |list: &List| list.iter().all(whole));
                }
            }
        }
    }

    fn pair(&mut self, cx: &Task<'_>, len: usize, seed: u32) -> CopyPair<u8> {
        let mut buffer = |fill: &[u8]| {
            let at = self.random.below(8) as usize;
            let mut buf = self.board.data.alloc::<u8>(cx, at + len).unwrap();
            buf.set_window(at, len).unwrap();
            buf.copy_from_slice(fill);
            buf
        };
        CopyPair { source: buffer(&bytes(len, seed)), destination: buffer(&vec![0xee; len]) }
    }

    fn transfer<S>(
        &mut self,
        cx: &Task<'_>,
        shape: Pausable<S>,
        bufs: dma::BuffersOf<Copier, Pausable<S>>,
        arrived: impl Fn(&dma::BuffersOf<Copier, Pausable<S>>) -> bool,
    ) where
        S: dma::Finite + Goes<dma::MemoryToMemory>,
    {
        let power = linkwright::power::Active::<Dmac0>::resume(cx, &crate::rig::POWER).unwrap();
        let mut channel = self.dmac.claim::<Copier>(cx).unwrap();
        let mut copy: Prepared<Copier, Pausable<S>> = loop {
            match channel.prepare(cx, shape) {
                Ok(copy) => break copy,
                Err((error, back)) => {
                    let wait = matches!(
                        error,
                        PrepareError::NoThread
                            | PrepareError::NoEvent
                            | PrepareError::Fifo { .. }
                            | PrepareError::Plan(dma::plan::PlanError::FifoTooSmall)
                    );
                    assert!(wait, "{error}");
                    channel = back;
                    std::thread::yield_now();
                }
            }
        };
        let judge = |done: Completed<dma::BuffersOf<Copier, Pausable<S>>>, score: &Score| match done.result {
            Ok(()) => {
                assert!(arrived(&done.bufs), "success means that the data is there");
                score.succeeded.fetch_add(1, SeqCst);
            }
            Err(TransferError::Cancelled | TransferError::TimedOut) => {
                score.cancelled.fetch_add(1, SeqCst);
            }
            // The start was lost with the manager; the watchdog may be the first to see it.
            Err(TransferError::Manager(_) | TransferError::Vanished) => {
                score.unstarted.fetch_add(1, SeqCst);
            }
            Err(other) => panic!("{other}"),
        };
        match self.random.below(5) {
            0 => {
                let transfer = copy.start(bufs, &power).unwrap();
                let mut before = u32::MAX;
                while !transfer.is_done() {
                    let residue = transfer.residue();
                    assert!(residue <= before);
                    before = residue;
                    let _ = transfer.pause();
                    for _ in 0..self.random.below(6) {
                        std::thread::yield_now();
                    }
                    self.score.paused.fetch_add(transfer.is_paused().into(), SeqCst);
                    let _ = transfer.resume();
                    std::thread::yield_now();
                }
                judge(transfer.wait(cx), self.score);
            }
            1 => {
                let transfer = copy.start(bufs, &power).unwrap();
                let _ = transfer.pause();
                for _ in 0..self.random.below(30) {
                    std::thread::yield_now();
                }
                judge(transfer.stop(cx), self.score);
            }
            2 => {
                let watcher: &'static Watcher = Box::leak(Box::new(Watcher {
                    busy: AtomicBool::new(false),
                    running: AtomicBool::new(true),
                    score: self.score,
                }));
                copy.set_handler(cx, watcher);
                copy.start_detached(bufs, &power).unwrap();
                loop {
                    if let Some(done) = copy.recover() {
                        judge(done, self.score);
                        break;
                    }
                    std::thread::yield_now();
                }
            }
            3 => {
                let mut looks = self.random.below(60);
                let transfer = copy.start(bufs, &power).unwrap();
                let expired = || {
                    looks = looks.saturating_sub(1);
                    looks == 0
                };
                judge(transfer.wait_or(cx, expired).unwrap(), self.score);
            }
            _ => {
                let transfer = copy.start(bufs, &power).unwrap();
                let _ = transfer.pause();
                drop(transfer);
                drop(copy);
                return;
            }
        }
        copy.release(cx).unwrap();
    }
}

/// The only one on its request line.
struct RingClient<'r> {
    rig: &'r Rig,
    score: &'static Score,
    random: Random,
}

impl RingClient<'_> {
    const PERIODS: u16 = 3;
    const WORDS: usize = 16;

    fn run(mut self, cx: &Task<'_>, rounds: u32) {
        let power = self.rig.power(cx);
        for _ in 0..rounds {
            let mut channel = self.rig.claim::<Tx>(cx);
            let mut ring = loop {
                match channel.prepare_gated_ring(cx, Self::PERIODS, Self::WORDS as u32) {
                    Ok(ring) => break ring,
                    Err((_, back)) => channel = back,
                }
                std::thread::yield_now();
            };
            let mut buffer = self.rig.board.data.alloc::<u32>(cx, usize::from(Self::PERIODS) * Self::WORDS).unwrap();
            buffer.fill(u32::MAX);
            self.rig.device.reset();
            self.rig.device.take();
            ring.start(buffer, &power).unwrap();
            let (all, mut granted) = (self.random.below(12) + 1, 0);
            let started = Instant::now();
            let failed = loop {
                match ring.period() {
                    Ok(Some(mut period)) if granted < all => {
                        let first = granted * Self::WORDS as u32;
                        period.iter_mut().zip(first..).for_each(|(place, word)| *place = word);
                        // Stuck or not, it is granted.
                        let _ = period.grant();
                        granted += 1;
                        self.score.granted.fetch_add(1, SeqCst);
                    }
                    Ok(_) => {}
                    Err(RingError::Ended(TransferError::Manager(_) | TransferError::Vanished)) => break true,
                    // It has ended, and an interrupt body is about to say how.
                    Err(RingError::Idle) => {}
                    Err(other) => panic!("{other}"),
                }
                if granted == all && ring.periods() == Ok(all) {
                    break false;
                }
                assert!(started.elapsed().as_secs() < 60, "a grant was lost: {granted} of {all}, {ring:?}");
                std::thread::yield_now();
            };
            self.score.unstarted.fetch_add(failed.into(), SeqCst);
            drop(ring.stop(cx));
            let sent: Vec<u32> = self.rig.sent();
            let words = if failed { 0 } else { all * Self::WORDS as u32 };
            assert!(sent.iter().copied().eq(0..words), "each granted word once: {words}, {sent:?}");
            ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
        }
    }
}

fn whole(pair: &CopyPair<u8>) -> bool {
    *pair.source == *pair.destination
}

fn rows(pair: &CopyPair<u8>) -> bool {
    let mut rows = pair.source.chunks(100).zip(pair.destination.chunks(100));
    rows.all(|(s, d)| s[..50] == d[..50] && d[50..].iter().all(|b| *b == 0xee))
}
