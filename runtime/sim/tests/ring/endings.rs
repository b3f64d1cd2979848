//! Who is told of periods and of the end, and what is left behind.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::host_task;
use linkwright::dma::{Progress, RingError, RingHandler, TransferError};
use linkwright_sim::Failing;

use crate::rig::{PACE, Rig, Rx, Tx, consecutive, word};

struct Wakes(AtomicU32);
impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_future_is_woken_once_a_period_and_by_the_end() {
    let rig = Rig::receiver(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let wakes = Arc::new(Wakes(AtomicU32::new(0)));
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        rig.feed((0..3_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 3, 128);
        assert!(matches!(pin!(ring.next_period()).poll(&mut context), Poll::Ready(Err(RingError::Idle))));
        let buffer = rig.buffer(cx, (0..384).map(|_| 0));
        let region = buffer.bus_address();
        ring.start(buffer, &power).unwrap();
        for period in 0..5 {
            assert!(pin!(ring.next_period()).poll(&mut context).is_pending());
            assert_eq!(wakes.0.load(SeqCst), period);
            rig.period();
            assert_eq!(wakes.0.load(SeqCst), period + 1);
            let Poll::Ready(Ok(words)) = pin!(ring.next_period()).poll(&mut context) else { panic!("no period") };
            assert!(words >= 128);
            let mut out = [0; 128];
            assert_eq!(ring.pull(&mut out), Ok(128));
            consecutive(&out, period as usize * 128);
        }
        // A bus error ends it.
        rig.board.dmac.memory().fail(region..region + 768, Failing::Writes);
        assert!(pin!(ring.next_period()).poll(&mut context).is_pending());
        rig.period();
        assert_eq!(wakes.0.load(SeqCst), 6);
        let Poll::Ready(Err(RingError::Ended(error))) = pin!(ring.next_period()).poll(&mut context) else {
            panic!("not told of the fault")
        };
        assert!(error.fault().is_some());
        assert!(matches!(ring.pull(&mut [0; 4]), Err(RingError::Ended(_))));
        assert_eq!(ring.stop(cx).unwrap().result, Err(error));
        assert!(matches!(ring.stop(cx), Err(RingError::Idle)));
    });
}

struct Heard {
    periods: AtomicU32,
    ended: Mutex<Option<TransferError>>,
}

impl RingHandler for Heard {
    fn period(&self, progress: Progress) {
        self.periods.store(progress.events(), SeqCst);
    }
    fn ended(&self, reason: TransferError) {
        *self.ended.lock().unwrap() = Some(reason);
    }
}

static HEARD: Heard = Heard { periods: AtomicU32::new(0), ended: Mutex::new(None) };

#[test]
fn a_handler_hears_of_each_period_and_of_a_fault() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 2, 64);
        ring.set_handler(cx, &HEARD);
        let buffer = rig.buffer(cx, (0..128).map(word));
        let region = buffer.bus_address();
        ring.start(buffer, &power).unwrap();
        for period in 1..=7 {
            rig.period();
            assert_eq!(HEARD.periods.load(SeqCst), period);
        }
        rig.board.dmac.memory().fail(region..region + 256, Failing::Reads);
        rig.period();
        let error = HEARD.ended.lock().unwrap().unwrap();
        assert!(error.fault().is_some());
        assert_eq!(ring.stop(cx).unwrap().result, Err(error));
        assert_eq!(HEARD.periods.load(SeqCst), 7);
    });
}

#[test]
fn dropping_and_leaking_a_ring_free_nothing_that_the_device_uses() {
    let rig = Rig::receiver(4);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..5_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        rig.period();
        rig.board.dmac.hang_bus(true);
        rig.board.dmac.run(200);
        drop(ring);
        assert!(rig.board.data.free_bytes() < free, "the hung device may still write");
        rig.board.dmac.hang_bus(false);
        rig.board.dmac.run(2_000);
        // Whoever prepares next collects it.
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        assert_eq!(rig.board.data.free_bytes(), free);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        let used = rig.board.data.free_bytes();
        std::mem::forget(ring);
        (0..10).for_each(|_| rig.period());
        assert_eq!(rig.board.data.free_bytes(), used);
        assert!(rig.dmac.claim::<Rx>(cx).is_err(), "its request line is taken for ever");
    });
}

#[test]
fn a_ring_that_does_not_stop_keeps_its_buffer() {
    let rig = Rig::receiver(4);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..5_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        rig.period();
        rig.board.dmac.hang_bus(true);
        rig.board.dmac.run(200);
        let told = ring.stop(cx).unwrap_err();
        assert_eq!(told, RingError::Hung);
        assert!(told.to_string().contains("reset the controller"), "{told}");
        assert!(rig.board.data.free_bytes() < free, "the hung device may still write");
        rig.board.dmac.hang_bus(false);
        assert_eq!(ring.stop(cx).unwrap().result, Err(TransferError::Cancelled));
        assert_eq!(rig.board.data.free_bytes(), free);
    });
}
