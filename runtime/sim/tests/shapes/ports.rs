//! Between memory and a device's data register.

use linkwright::context::host_task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{self, ClaimError, Linear, PrepareError, SegmentStorage, Sg, StartError};
use linkwright_sim::Mishaps;

use crate::rig::{LINE, Nowhere, Rig, Rx, RxAny, RxSingle, Tx, TxSingle, check, words};

#[test]
fn to_and_from_a_device_in_bursts_and_singles() {
    for len in [1, 7, 8, 64, 515] {
        let data = words(len, 7);
        let rig = Rig::transmitter();
        host_task(|cx| {
            let power = rig.power(cx);
            let buf = rig.buffer(cx, 3, &data);
            let mut tx = rig.prepare::<Tx, _>(cx, Linear::of(&buf));
            let transfer = tx.start(buf, &power).unwrap();
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            assert_eq!(rig.sent(), data);
            tx.release(cx).unwrap();
            let mut single = rig.prepare::<TxSingle, _>(cx, Linear::of(&done.bufs));
            let transfer = single.start(done.bufs, &power).unwrap();
            rig.until_done(&transfer);
            assert_eq!(transfer.wait(cx).result, Ok(()));
            assert_eq!(rig.sent(), data);
            assert_eq!(rig.device.mishaps(), Mishaps::default());
        });
        let rig = Rig::receiver();
        host_task(|cx| {
            let power = rig.power(cx);
            let buf = rig.buffer(cx, 1, &vec![0_u32; len]);
            let mut rx = rig.prepare::<Rx, _>(cx, Linear::of(&buf));
            let transfer = rx.start(buf, &power).unwrap();
            rig.feed(&data);
            rig.until_done(&transfer);
            let mut done = transfer.wait(cx);
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            check(&mut done.bufs, &data);
            rx.release(cx).unwrap();
            let mut single = rig.prepare::<RxSingle, _>(cx, Linear::of(&done.bufs));
            let transfer = single.start(done.bufs, &power).unwrap();
            rig.feed(&data);
            rig.until_done(&transfer);
            check(&mut transfer.wait(cx).bufs, &data);
            assert_eq!(rig.device.mishaps(), Mishaps::default());
        });
    }
}

#[test]
fn lists_and_rectangles_at_a_device() {
    static OUT: SegmentStorage<DmaBuf<u32>, 4> = SegmentStorage::new();
    static IN: SegmentStorage<DmaBuf<u32>, 4> = SegmentStorage::new();
    let (lens, data) = ([8, 64, 16, 24], words(112, 3));
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut list = OUT.take().unwrap();
        let mut at = 0;
        for len in lens {
            list.push(rig.buffer(cx, at % 5, &data[at..at + len])).unwrap();
            at += len;
        }
        let mut tx = rig.prepare::<Tx, _>(cx, Sg::<4>::of(&list));
        let transfer = tx.start(list, &power).unwrap();
        assert_eq!(rig.until_done(&transfer), 1);
        assert_eq!(transfer.wait(cx).result, Ok(()));
        assert_eq!(rig.sent(), data);
        tx.release(cx).unwrap();
        assert_eq!(rig.device.mishaps(), Mishaps::default());
    });
    let rig = Rig::receiver();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut list = IN.take().unwrap();
        for len in lens {
            list.push(rig.buffer(cx, 2, &vec![0_u32; len])).unwrap();
        }
        let mut rx = rig.prepare::<Rx, _>(cx, Sg::<4>::of(&list));
        let transfer = rx.start(list, &power).unwrap();
        rig.feed(&data);
        assert_eq!(rig.until_done(&transfer), 1);
        let mut done = transfer.wait(cx);
        let mut at = 0;
        for buf in done.bufs.iter_mut() {
            let len = buf.len();
            check(buf, &data[at..at + len]);
            at += len;
        }
    });
}

/// A receiver that asks for what it has: single requests take the place of bursts, the transfer ends short, and says by
/// how much.
#[test]
fn a_device_that_ends_early_is_told_by_the_residue() {
    let rig = Rig::receiver();
    host_task(|cx| {
        let power = rig.power(cx);
        // Five bursts and three singles where there is room for eight bursts.
        let data = words(43, 1);
        let buf = rig.buffer(cx, 0, &[0_u32; 64]);
        let mut rx = rig.prepare::<RxAny, _>(cx, Linear::of(&buf));
        let transfer = rx.start(buf, &power).unwrap();
        for part in data.chunks(8) {
            rig.feed(part);
            rig.board.dmac.run(5_000);
        }
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        assert_eq!((done.result, done.residue), (Ok(()), 4 * (64 - 43)));
        assert_eq!(done.bufs[..43], data);
    });
}

#[test]
fn a_request_line_has_one_owner() {
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        assert_eq!(rig.dmac.claim::<Nowhere>(cx).unwrap_err(), ClaimError::NoRequest { request: 200, have: 4 });
        let tx = rig.claim::<Tx>(cx);
        let taken = rig.dmac.claim::<TxSingle>(cx).unwrap_err();
        assert_eq!(taken, ClaimError::RequestTaken(LINE));
        assert!(taken.to_string().contains("release"), "{taken}");
        tx.release(cx);
        let buf = rig.buffer(cx, 0, &words(64, 1));
        let shape = Linear::of(&buf);
        let mut tx = rig.prepare::<Tx, _>(cx, shape);
        assert!(rig.dmac.claim::<Tx>(cx).is_err(), "taken along by prepare");
        // Dropped in flight, while the device asks for nothing: the line is free when the thread has stopped.
        rig.device.enable(false);
        tx.start_detached(buf, &power).unwrap();
        rig.board.dmac.run(1_000);
        drop(tx);
        rig.board.dmac.run(10_000);
        let tx = rig.claim::<Tx>(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        let channel = tx.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        assert!(rig.dmac.claim::<Tx>(cx).is_err(), "given back to the channel");
        drop(channel);
        drop(rig.claim::<Tx>(cx));
    });
}

#[test]
fn what_a_device_cannot_do_is_refused() {
    let rig = Rig::transmitter();
    host_task(|cx| {
        let channel = rig.claim::<Tx>(cx);
        let (error, channel) = channel.prepare(cx, Linear::new(30)).unwrap_err();
        let beat = dma::plan::PlanError::PartialBeat { bytes: 30, beat: 4 };
        assert_eq!(error, PrepareError::Plan(beat));
        let mut tx = channel.prepare(cx, Linear::new(64)).unwrap_or_else(|(e, _)| panic!("{e}"));
        let power = rig.power(cx);
        let short = rig.buffer(cx, 0, &[0_u32; 15]);
        let rejected = tx.start(short, &power).unwrap_err();
        assert!(matches!(rejected.error, StartError::TooShort { need: 64, have: 60, .. }));
    });
}

/// The costs of a memory copy hold for devices and lists too: nothing to submit, 1 read and 3 writes to issue, 4 and 1
/// to end.
#[test]
fn register_accesses_are_as_few_as_for_a_copy() {
    static ROOM: SegmentStorage<DmaBuf<u32>, 4> = SegmentStorage::new();
    let rig = Rig::transmitter();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut list = ROOM.take().unwrap();
        for i in 0..4 {
            list.push(rig.buffer(cx, i, &words(64, 1))).unwrap();
        }
        let mut tx = rig.prepare::<Tx, _>(cx, Sg::<4>::of(&list));
        let counted = |f: &mut dyn FnMut()| {
            rig.board.dmac.reset_counters();
            f();
            let counters = rig.board.dmac.counters();
            (counters.register_reads, counters.register_writes)
        };
        let mut bufs = Some(list);
        for _ in 0..3 {
            let mut submitted = None;
            let list = bufs.take().unwrap();
            rig.board.dmac.reset_counters();
            submitted.replace(tx.submit(list, &power).unwrap());
            let counters = rig.board.dmac.counters();
            assert_eq!((counters.register_reads, counters.register_writes), (0, 0), "submit touches memory only");
            let mut transfer = None;
            let issued = counted(&mut || transfer = Some(submitted.take().unwrap().issue().unwrap()));
            assert_eq!(issued, (1, 3));
            rig.board.dmac.run_until_interrupt(crate::rig::LONG);
            rig.board.dmac.run(50);
            assert_eq!(counted(&mut || assert!(rig.dmac.irq())), (4, 1));
            bufs = Some(transfer.unwrap().wait(cx).bufs);
        }
    });
}
