use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use linkwright::context::host_task;
use linkwright::dma::{CopyPair, Done, Linear, TransferError};
use linkwright_sim::Config;
use proptest::prelude::*;

use crate::rig::*;

fn instance() -> impl Strategy<Value = Config> {
    let wide = Config { bus_bytes: 16, fifo_lines: 64, ..Config::zynq7000() };
    prop_oneof![Just(Config::zynq7000()), Just(Config::exynos4210_pdma()), Just(Config::exynos4210_mdma()), Just(wide)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_copy_is_right_and_can_be_repeated(
        instance in instance(), bytes in prop_oneof![1..300usize, 1..40_000usize], offsets in (0..40usize, 0..40usize)
    ) {
        let rig = Rig::new(instance);
        host_task(|cx| {
            let pair = rig.pair(cx, bytes, offsets, 1);
            let mut copier = rig.copier(cx, &pair);
            let pair = rig.copies(cx, &mut copier, pair);
            drop(rig.copies(cx, &mut copier, pair));
            // Other buffers that lie alike.
            drop(rig.copies(cx, &mut copier, rig.pair(cx, bytes, offsets, 2)));
            let counters = rig.board.dmac.counters();
            assert_eq!((counters.interrupts, counters.starts, counters.discarded, counters.faults), (3, 3, 0, 0));
            copier.release(cx).unwrap();
        });
    }

    /// All channels at once, of all sizes and alignments: what is admitted never locks up.
    #[test]
    fn what_is_admitted_together_runs_together(
        instance in instance(),
        copies in prop::collection::vec((1..5_000usize, (0..40usize, 0..40usize)), 2..9),
    ) {
        let rig = Rig::new(instance);
        host_task(|cx| {
            let power = rig.active(cx);
            let mut prepared: Vec<_> = copies
                .iter()
                .zip(0..)
                .map_while(|((bytes, offsets), seed)| {
                    let pair = rig.pair(cx, *bytes, *offsets, seed);
                    let channel = rig.dmac.claim::<Endpoint>(cx).unwrap();
                    // A refusal is no failure: the FIFO is promised.
                    Some((channel.prepare_copy(cx, &pair).ok()?, pair))
                })
                .collect();
            assert!(!prepared.is_empty());
            let transfers: Vec<_> = prepared
                .drain(..)
                .map(|(copier, pair)| {
                    let copier = Box::leak(Box::new(copier));
                    copier.start(pair, &power).map_err(|r| r.error).unwrap()
                })
                .collect();
            for transfer in transfers {
                rig.until_done(&transfer);
                let done = transfer.wait(cx);
                assert_eq!(done.result, Ok(()));
                check(done.bufs);
            }
        });
    }
}

static LAPS: AtomicU32 = AtomicU32::new(0);
static SPARE: Mutex<Option<Pair>> = Mutex::new(None);

fn ping_pong(done: Done<'_, Endpoint, Linear>) {
    assert_eq!(done.result(), Ok(()));
    if LAPS.fetch_add(1, Relaxed) == 999 {
        *SPARE.lock().unwrap() = Some(done.finish());
        return;
    }
    let next = SPARE.lock().unwrap().take().unwrap();
    let last = done.rearm(next).map_err(|e| e.error).unwrap();
    // The data is handed on: what was written is what is read next.
    let turned = CopyPair { source: last.destination, destination: last.source };
    *SPARE.lock().unwrap() = Some(turned);
}

#[test]
fn a_thousand_transfers_from_the_callback() {
    static HANDLER: fn(Done<'_, Endpoint, Linear>) = ping_pong;
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let power = rig.active(cx);
        let pair = rig.pair(cx, 777, (3, 3), 1);
        let expected = pair.source.to_vec();
        let mut copier = rig.copier(cx, &pair);
        copier.set_handler(cx, &HANDLER);
        let mut other = rig.pair(cx, 777, (3, 3), 1);
        other.source.copy_from_slice(&expected);
        *SPARE.lock().unwrap() = Some(other);
        copier.start_detached(pair, &power).map_err(|r| r.error).unwrap();
        rig.serve();
        let last = SPARE.lock().unwrap().take().unwrap();
        assert_eq!((&last.source[..], &last.destination[..]), (&expected[..], &expected[..]));
        let counters = rig.board.dmac.counters();
        assert_eq!((LAPS.load(Relaxed), counters.interrupts, counters.starts), (1000, 1000, 1000));
        copier.release(cx).unwrap();
    });
}

#[test]
fn what_is_told_to_have_arrived_has() {
    for (bytes, offsets) in [(3_000, (0, 0)), (3_001, (3, 0)), (2_999, (1, 6)), (15, (7, 2))] {
        let rig = Rig::new(Config::zynq7000());
        host_task(|cx| {
            let power = rig.active(cx);
            let pair = rig.pair(cx, bytes, offsets, 1);
            let data = pair.source.to_vec();
            let at = pair.destination.bus_address();
            let arrived = |residue: u32| {
                let moved = bytes - residue as usize;
                assert!(rig.board.dmac.memory().dump(at, moved) == data[..moved], "{moved} of {bytes}");
            };
            let mut copier = rig.copier(cx, &pair);
            let transfer = copier.start(pair, &power).map_err(|r| r.error).unwrap();
            let (mut before, mut between) = (bytes as u32, false);
            while !rig.board.dmac.interrupt() {
                rig.board.dmac.run(3);
                let residue = transfer.residue();
                assert!(residue <= before, "{residue} after {before}");
                between |= (1..bytes as u32).contains(&residue);
                before = residue;
                arrived(residue);
            }
            assert!(between || bytes < 100, "it was told on the way");
            rig.until_done(&transfer);
            let mut pair = transfer.wait(cx);
            assert_eq!((pair.result, pair.residue), (Ok(()), 0));
            // Stopped on its way, after each number of steps.
            for steps in (5..2_000).step_by(35) {
                pair.bufs.destination.fill(0);
                let transfer = copier.start(pair.bufs, &power).map_err(|r| r.error).unwrap();
                rig.board.dmac.run(steps);
                pair = transfer.stop(cx);
                arrived(pair.residue);
                assert!(pair.result.is_ok() || pair.result == Err(TransferError::Cancelled), "{:?}", pair.result);
                assert!(pair.result.is_err() || pair.residue == 0);
            }
        });
    }
}
