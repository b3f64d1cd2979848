//! Rings that run freely: data in and out in time, and what who comes late is told.

use std::sync::atomic::Ordering::SeqCst;

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{RingError, TransferError};
use linkwright_sim::FifoConfig;

use crate::rig::{PACE, Rig, Rx, RxSingle, Tx, TxSingle, consecutive, word};

#[test]
fn audio_out_runs_for_laps_without_a_restart() {
    let rig = Rig::transmitter(PACE);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 256).frames_of(2);
        ring.start(rig.buffer(cx, (0..1024).map(word)), &power).unwrap();
        drop(power);
        let mut pushed = 1024;
        for period in 1..=40_u32 {
            // Events, faulting threads and manager, and where it is; and the interrupt cleared.
            assert_eq!(rig.period_costs(), (4, 1));
            let (periods, _) = ring.position().unwrap();
            assert!(periods == period || periods + 1 == period, "{periods} of {period}");
            // In two pieces of no particular length.
            let next: Vec<u16> = (pushed..pushed + 255).map(word).collect();
            let first = ring.push(&next[..101]).unwrap();
            assert_eq!(first % 2, 0, "whole frames");
            let second = ring.push(&next[first..]).unwrap();
            pushed += first + second;
        }
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 40), "one interrupt a period, nothing started again");
        let done = ring.stop(cx).unwrap();
        assert_eq!((done.result, done.bufs.len()), (Err(TransferError::Cancelled), 1024));
        let sent = rig.sent();
        assert!(sent.len() >= 40 * 256, "{}", sent.len());
        consecutive(&sent, 0);
        assert_eq!(rig.device.mishaps(), Default::default());
        // And again, from the start.
        let power = rig.power(cx);
        ring.start(done.bufs, &power).unwrap();
        rig.period();
        drop(ring);
    });
    host_task(|cx| drop(rig.ring::<Tx>(cx, 2, 16)));
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn addresses_of_an_earlier_life_are_not_this_ones() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 64);
        let mut buffer = rig.buffer(cx, (0..256).map(word));
        for ticks in 0..80 {
            ring.start(buffer, &power).unwrap();
            rig.board.dmac.run(ticks);
            if rig.device.moved() == 0 {
                assert_eq!(ring.position(), Ok((0, 0)), "{ticks} ticks after the start");
            }
            // Left in the middle of a lap, or at its end.
            (0..1 + ticks % 4).for_each(|_| rig.period());
            rig.board.dmac.run(u64::from(PACE) * (ticks % 3) * 8);
            buffer = ring.stop(cx).unwrap().bufs;
            rig.device.reset();
        }
    });
}

#[test]
fn a_late_client_is_told_and_goes_on_at_a_period() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 256);
        ring.start(rig.buffer(cx, (0..1024).map(word)), &power).unwrap();
        // Five periods, and nothing pushed: the device has begun the second lap.
        (0..5).for_each(|_| rig.period());
        rig.board.dmac.run(u64::from(PACE) * 50);
        let Err(RingError::Underrun { missed }) = ring.push(&[1; 10]) else { panic!("not told") };
        // Periods 4 (the fifth) was played as it was, and 5 is being played.
        assert_eq!(missed, 512);
        // What is pushed now comes at the start of period 6.
        let next: Vec<u16> = (7_000..7_256).map(word).collect();
        assert_eq!(ring.push(&next), Ok(256));
        assert!(ring.available().is_ok());
        (0..2).for_each(|_| rig.period());
        assert!(matches!(ring.available(), Ok(_) | Err(RingError::Underrun { .. })));
        drop(ring.stop(cx).unwrap());
        let sent = rig.sent();
        consecutive(&sent[..1024], 0);
        consecutive(&sent[1024..1536], 0);
        consecutive(&sent[1536..1536 + 200], 7_000);
    });
}

#[test]
fn a_client_that_was_away_for_laps_is_late() {
    // Exactly whole laps too: then the device stands where it stood.
    for periods in [4, 8, 12, 16, 17, 100] {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.ring::<Tx>(cx, 4, 64);
            ring.start(rig.buffer(cx, (0..256).map(word)), &power).unwrap();
            (0..periods).for_each(|_| rig.period());
            // At the fourth the device may not have loaded more than it was given.
            match ring.push(&[0; 64]) {
                Err(RingError::Underrun { missed }) => assert!(missed >= 64 * (periods - 4), "{missed} of {periods}"),
                Ok(_) => assert_eq!(periods, 4),
                Err(other) => panic!("{other}"),
            }
        });
    }
}

#[test]
fn a_push_that_the_device_overtakes_does_not_count() {
    let (rig, slow) = Rig::transmitter(PACE).with_slow_processor();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(word)), &power).unwrap();
        (0..3).for_each(|_| rig.period());
        // In time when it begins, too late when the words are visible.
        slow.ticks.store(u64::from(PACE) * 100, SeqCst);
        assert!(matches!(ring.push(&[7_000; 64]), Err(RingError::Underrun { .. })));
        simulated_interrupt(|| rig.dmac.irq());
        assert!(ring.available().is_ok(), "and it goes on");
    });
}

#[test]
fn a_pull_that_the_device_overtakes_does_not_count() {
    let (rig, slow) = Rig::receiver(PACE).with_slow_processor();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..4_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(|_| 0xdead)), &power).unwrap();
        (0..3).for_each(|_| rig.period());
        slow.ticks.store(u64::from(PACE) * 100, SeqCst);
        let Err(RingError::Overrun { missed }) = ring.pull(&mut [0; 64]) else { panic!("old words for good") };
        simulated_interrupt(|| rig.dmac.irq());
        let mut words = [0; 64];
        assert_eq!(ring.pull(&mut words), Ok(64));
        consecutive(&words, missed as usize);
    });
}

#[test]
fn two_periods_and_one_are_rings_too() {
    for periods in [1_u16, 2, 3] {
        let rig = Rig::transmitter(PACE);
        host_task(|cx| {
            let power = rig.power(cx);
            // A lap must be longer than what the controller may have on its way.
            let words = if periods == 1 { 512 } else { 96 };
            let lap = usize::from(periods) * words;
            let mut ring = rig.ring::<Tx>(cx, periods, words as u32);
            ring.start(rig.buffer(cx, (0..lap).map(word)), &power).unwrap();
            let mut pushed = lap;
            // Word by word, as there is room.
            while pushed < 4_000 {
                rig.board.dmac.run(u64::from(PACE) * 8);
                if rig.board.dmac.interrupt() {
                    rig.dmac.irq();
                }
                let next: Vec<u16> = (pushed..pushed + 48).map(word).collect();
                pushed += ring.push(&next).unwrap_or_else(|e| panic!("{e} after {pushed} in {periods}"));
            }
            drop(ring.stop(cx).unwrap());
            let sent = rig.sent();
            assert!(sent.len() > 3_000, "{}", sent.len());
            consecutive(&sent, 0);
        });
    }
}

#[test]
fn what_the_device_writes_is_pulled_in_order() {
    let rig = Rig::receiver(PACE);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..12_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 4, 256).frames_of(2);
        ring.start(rig.buffer(cx, (0..1024).map(|_| 0xdead)), &power).unwrap();
        assert_eq!(ring.available(), Ok(0));
        let mut pulled = Vec::new();
        for period in 1..=40 {
            rig.period();
            let mut words = [0; 177];
            while let Ok(count @ 1..) = ring.pull(&mut words) {
                pulled.extend_from_slice(&words[..count]);
            }
            assert!(
                pulled.len() >= period * 256,
                "a period's interrupt means that its words are there: {}",
                pulled.len()
            );
        }
        consecutive(&pulled, 0);
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 40));
        rig.board.dmac.run(u64::from(PACE) * 100);
        let done = ring.stop(cx).unwrap();
        // The buffer comes back as the device left it, with what nobody has pulled.
        assert!(done.bufs.iter().any(|w| usize::from(*w) >= 40 * 256 + 64));
        assert!(done.bufs.iter().all(|w| usize::from(*w) < 12_000 && usize::from(*w) >= 40 * 256 - 1024));
        assert_eq!(rig.device.mishaps(), Default::default());
    });
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn an_overrun_is_told_and_the_next_words_are_whole_and_in_frames() {
    for periods in [5, 6, 8, 9, 12, 30] {
        let rig = Rig::receiver(PACE);
        host_task(|cx| {
            let power = rig.power(cx);
            rig.feed((0..60_000).map(word));
            let mut ring = rig.ring::<Rx>(cx, 4, 264).frames_of(3);
            ring.start(rig.buffer(cx, (0..1056).map(|_| 0xdead)), &power).unwrap();
            (0..periods).for_each(|_| rig.period());
            let mut words = [0; 300];
            let Err(RingError::Overrun { missed }) = ring.pull(&mut words) else { panic!("not told") };
            assert!(missed >= 264 * (periods - 4) && missed < 264 * periods, "{missed} after {periods}");
            let count = ring.pull(&mut words).unwrap();
            assert!(count >= 264);
            consecutive(&words[..count], missed as usize);
            assert_eq!(missed % 3, 0, "whole frames");
        });
    }
}

#[test]
fn single_requests() {
    let rig = Rig::new(FifoConfig { pace: PACE, ..FifoConfig::transmitter(2, None) });
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<TxSingle>(cx, 4, 32);
        ring.start(rig.buffer(cx, (0..128).map(word)), &power).unwrap();
        let mut pushed = 128;
        for _ in 0..12 {
            rig.period();
            pushed += ring.push(&(pushed..pushed + 32).map(word).collect::<Vec<_>>()).unwrap();
        }
        drop(ring);
        consecutive(&rig.sent(), 0);
    });
    let rig = Rig::new(FifoConfig { pace: PACE, patient: false, ..FifoConfig::receiver(2, None) });
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..1_000).map(word));
        let mut ring = rig.ring::<RxSingle>(cx, 4, 32);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        let mut pulled = Vec::new();
        for period in 1..=12 {
            rig.period();
            let mut words = [0; 64];
            let count = ring.pull(&mut words).unwrap();
            pulled.extend_from_slice(&words[..count]);
            assert!(pulled.len() >= period * 32);
        }
        consecutive(&pulled, 0);
    });
}
