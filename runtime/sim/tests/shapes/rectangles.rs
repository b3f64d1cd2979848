//! Rows at any pitch: up, down, overlapping where they are read.

use linkwright::context::host_task;
use linkwright::dma::plan::PlanError;
use linkwright::dma::{CopyPair, Pausable, PrepareError, Rect, StartError};
use linkwright::microcode::Side;
use linkwright_sim::{Mishaps, Outcome};

use crate::rig::{Copier, Filler, Rig, Rx, Tx, bytes, check, words};

/// Where row `n` of `rows` begins behind the window's beginning.
fn start(n: usize, rows: usize, pitch: i32) -> usize {
    let above = if pitch < 0 { rows - 1 - n } else { n };
    above * pitch.unsigned_abs() as usize
}

/// What a window must hold, of `rows` rows of `len` bytes.
fn span(rows: usize, pitch: i32, len: usize) -> usize {
    (rows - 1) * pitch.unsigned_abs() as usize + len
}

#[test]
fn rows_go_where_they_belong_and_the_gaps_stay() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        for (at, to, len, rows, (from, into)) in [
            (0, 0, 64, 16, (256, 64)),
            (3, 5, 31, 9, (77, 101)),
            (1, 0, 7, 30, (7, 64)),
            (0, 9, 100, 1, (100, 5_000)),
            // Down: on either side, on both.
            (0, 0, 64, 16, (-64, 64)),
            (3, 5, 31, 9, (77, -101)),
            (2, 7, 31, 9, (-4096, -31)),
            (6, 1, 60, 4, (-65_600, -65_595)),
            (0, 9, 100, 1, (-100, -5_000)),
            // Rows that are read more than once.
            (1, 3, 50, 12, (0, 50)),
            (4, 2, 50, 12, (30, -64)),
            (5, 0, 500, 12, (-1, 500)),
        ] {
            let rect = Rect::new(len as u32, rows as u32).pitch(from, into).at(at as u32, to as u32);
            let mut copy = rig.prepare::<Copier, _>(cx, rect);
            let mut all = Vec::new();
            // Twice, from and to other places.
            for round in 0..2 {
                let source = rig.buffer(cx, at, &bytes(span(rows, from, len), round));
                let mut expected = bytes(span(rows, into, len), 2 + round);
                // What the processor has written to the gaps, and what is dirty in its cache, survives.
                let destination = rig.buffer(cx, to, &expected);
                for n in 0..rows {
                    let row = &source[start(n, rows, from)..][..len];
                    expected[start(n, rows, into)..][..len].copy_from_slice(row);
                }
                let transfer = copy.start(CopyPair { source, destination }, &power).unwrap();
                assert_eq!(rig.until_done(&transfer), 1);
                let mut done = transfer.wait(cx);
                assert_eq!((done.result, done.residue), (Ok(()), 0));
                check(&mut done.bufs.destination, &expected);
                all.push(done.bufs);
            }
            let mut bufs = all.remove(0);
            let need = bufs.destination.len();
            bufs.destination.set_window(to, need - 1).unwrap();
            let rejected = copy.start(bufs, &power).unwrap_err();
            let (side, have) = (Side::Destination, need as u32 - 1);
            assert_eq!(rejected.error, StartError::TooShort { segment: 0, side, need: need as u32, have });
            let mut bufs = rejected.bufs;
            bufs.destination.set_window(to, need).unwrap();
            let have = bufs.source.len();
            bufs.source.set_window(at + 1, have).unwrap();
            let rejected = copy.start(bufs, &power).unwrap_err();
            // Where the window begins, whichever row is moved first.
            let (side, planned, found) = (Side::Source, at as u8 % 8, (at + 1) as u8 % 8);
            assert_eq!(rejected.error, StartError::Alignment { segment: 0, side, planned, found, modulus: 8 });
            copy.release(cx).unwrap();
        }
    });
}

#[test]
fn rows_are_filled_down_too() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        for (len, pitch) in [(24, -24), (13, -40), (16, -17)] {
            for pattern in [None, Some(0x5c)] {
                let mut expected = bytes(span(9, pitch, len), 1);
                let buf = rig.buffer(cx, 3, &expected);
                let rect = Rect::new(len as u32, 9).pitch(0, pitch).at(0, 3);
                let channel = rig.claim::<Filler>(cx);
                let prepared = match pattern {
                    None => channel.prepare(cx, rect),
                    Some(byte) => channel.prepare_pattern(cx, rect, byte),
                };
                let mut fill = prepared.unwrap_or_else(|(error, _)| panic!("{error}"));
                let transfer = fill.start(buf, &power).unwrap();
                rig.until_done(&transfer);
                let mut done = transfer.wait(cx);
                assert_eq!(done.result, Ok(()));
                for n in 0..9 {
                    expected[start(n, 9, pitch)..][..len].fill(pattern.unwrap_or(0));
                }
                check(&mut done.bufs, &expected);
                fill.release(cx).unwrap();
            }
        }
    });
}

#[test]
fn devices_take_and_give_rows() {
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let data = words(130, 1);
        // Every third group of eight words, all bottom up, one again and again, sliding windows.
        for pitch in [96, -96, -32, 0, 8, -4] {
            let buf = rig.buffer(cx, 0, &data);
            let mut tx = rig.prepare::<Tx, _>(cx, Rect::new(32, 5).pitch(pitch, 0));
            let transfer = tx.start(buf, &power).unwrap();
            let mut last = 160;
            while !transfer.is_done() {
                rig.board.dmac.run(3);
                let residue = transfer.residue();
                assert!(
                    residue <= last && u64::from(160 - residue) <= 4 * rig.device.moved(),
                    "the device has not got it"
                );
                last = residue;
                if rig.board.dmac.interrupt() {
                    rig.until_done(&transfer);
                }
            }
            let done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            let expected: Vec<_> = (0..5).flat_map(|n| &data[start(n, 5, pitch) / 4..][..8]).copied().collect();
            assert_eq!(rig.sent(), expected);
            tx.release(cx).unwrap();
        }
        assert_eq!(rig.device.mishaps(), Mishaps::default());
    });
    let rig = Rig::receiver();
    host_task(|cx| {
        let power = rig.power(cx);
        for pitch in [32, 96, -32, -100] {
            let data = words(40, 7);
            let mut expected = words(span(5, pitch, 32) / 4, 2);
            let buf = rig.buffer(cx, 0, &expected);
            let mut rx = rig.prepare::<Rx, _>(cx, Rect::new(32, 5).pitch(0, pitch));
            let transfer = rx.start(buf, &power).unwrap();
            rig.feed(&data);
            rig.until_done(&transfer);
            let mut done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            for (n, row) in data.chunks(8).enumerate() {
                expected[start(n, 5, pitch) / 4..][..8].copy_from_slice(row);
            }
            check(&mut done.bufs, &expected);
            rx.release(cx).unwrap();
        }
        assert_eq!(rig.device.mishaps(), Mishaps::default());
    });
}

#[test]
fn what_is_told_to_have_arrived_has() {
    for (from, into) in [(200, 200), (-200, 200), (200, -200), (0, -100), (37, 100)] {
        let rig = Rig::new();
        host_task(|cx| {
            let power = rig.power(cx);
            let data = bytes(6_000, 1);
            let pair = CopyPair { source: rig.buffer(cx, 0, &data), destination: rig.buffer(cx, 0, &[0; 6_000]) };
            let at = pair.destination.bus_address();
            let mut copy = rig.prepare::<Copier, _>(cx, Rect::new(100, 30).pitch(from, into));
            let transfer = copy.start(pair, &power).unwrap();
            let mut before = 3_000;
            while !rig.board.dmac.interrupt() {
                rig.board.dmac.run(3);
                let residue = transfer.residue();
                assert!(residue <= before);
                before = residue;
                let moved = 3_000 - residue as usize;
                let there = rig.board.dmac.memory().dump(at, 6_000);
                for n in 0..30 {
                    let part = moved.saturating_sub(100 * n).min(100);
                    assert!(there[start(n, 30, into)..][..part] == data[start(n, 30, from)..][..part]);
                }
            }
            assert!(before < 3_000);
        });
    }
}

#[test]
fn a_picture_that_is_turned_upside_down_stands_where_it_says() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.power(cx);
        for (from, into) in [(-200, 200), (200, -200), (200, -256)] {
            let mut pauses = 0;
            let mut bufs = CopyPair {
                source: rig.buffer(cx, 1, &bytes(200 * 40, 0)),
                destination: rig.buffer(cx, 6, &vec![0; span(40, into, 200)]),
            };
            let rect = Rect::new(200, 40).pitch(from, into).at(1, 6);
            let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(3, rect));
            for ticks in (0..6_000).step_by(311) {
                let data = bytes(200 * 40, ticks as u32);
                bufs.source.copy_from_slice(&data);
                let at = bufs.destination.bus_address();
                let transfer = copy.start(bufs, &power).unwrap();
                let before = rig.board.dmac.memory().dump(at, span(40, into, 200));
                rig.board.dmac.run(ticks);
                let _ = transfer.pause();
                while !transfer.is_paused() && !transfer.is_done() {
                    if rig.board.dmac.run_until_interrupt(500) == Outcome::Reached {
                        rig.dmac.irq();
                    }
                }
                if transfer.is_paused() {
                    pauses += 1;
                    let moved = 8_000 - transfer.residue() as usize;
                    let there = rig.board.dmac.memory().dump(at, span(40, into, 200));
                    for n in 0..40 {
                        let part = moved.saturating_sub(200 * n).min(200);
                        assert!(there[start(n, 40, into)..][..part] == data[start(n, 40, from)..][..part]);
                    }
                    // Not a row more than told: what comes next is still as it was.
                    for n in moved.div_ceil(200)..40 {
                        let row = start(n, 40, into)..start(n, 40, into) + 200;
                        assert!(there[row.clone()] == before[row], "{from} {into} {ticks} {moved} row {n}");
                    }
                    transfer.resume().unwrap();
                }
                rig.until_done(&transfer);
                let done = transfer.wait(cx);
                assert_eq!((done.result, done.residue), (Ok(()), 0));
                for n in 0..40 {
                    let row = &done.bufs.destination[start(n, 40, into)..][..200];
                    assert!(*row == data[start(n, 40, from)..][..200]);
                }
                bufs = done.bufs;
            }
            assert!(pauses > 5, "{pauses}");
            copy.release(cx).unwrap();
        }
    });
}

#[test]
fn rows_that_overlap_are_not_written_and_what_cannot_go_back_says_so() {
    let rig = Rig::new();
    host_task(|cx| {
        for pitch in [0, 63, -63] {
            let refused = rig.claim::<Copier>(cx).prepare(cx, Rect::new(64, 2).pitch(64, pitch)).unwrap_err();
            assert!(matches!(refused.0, PrepareError::Plan(PlanError::Pitch)), "{}", refused.0);
        }
        let refused = rig.claim::<Copier>(cx).prepare(cx, Rect::new(64, 3).pitch(i32::MIN, 64)).unwrap_err();
        assert!(matches!(refused.0, PrepareError::Plan(PlanError::AddressRange)), "{}", refused.0);
    });
    let config = linkwright::dma::Config { subtracts: false, ..linkwright::dma::Config::DEFAULT };
    let rig = Rig::with(linkwright_sim::FifoConfig::transmitter(4, Some(8)), config);
    host_task(|cx| {
        for pitch in [0, 63, -64] {
            let refused = rig.claim::<Copier>(cx).prepare(cx, Rect::new(64, 2).pitch(pitch, 64)).unwrap_err();
            assert!(matches!(refused.0, PrepareError::Plan(PlanError::NoSubtract)), "{}", refused.0);
        }
        let fill = rig.claim::<Filler>(cx).prepare_pattern(cx, Rect::new(13, 9).pitch(0, 40), 1);
        fill.unwrap_or_else(|(error, _)| panic!("{error}")).release(cx).unwrap();
    });
}
