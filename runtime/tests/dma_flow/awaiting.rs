//! Transfers as futures.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::host_task;

use crate::support::{self, Rig, pattern};

#[test]
fn awaiting() {
    struct Count(AtomicU32);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker: Waker = count.clone().into();
        let pair = rig.pair(cx, &pattern(64, 1));
        let mut future = pin!(async { copy.start(pair, &power).unwrap().await });
        let mut context = Context::from_waker(&waker);
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert!(rig.serve());
        assert_eq!(count.0.load(Relaxed), 1);
        let Poll::Ready(done) = future.as_mut().poll(&mut context) else { panic!("woken too early") };
        assert_eq!(*done.bufs.destination, *pattern(64, 1));
        drop(done);
        assert_eq!(Arc::strong_count(&count), 2, "the engine keeps no waker");
    });
}

/// A waker that uses the transfer when it is cloned, woken or dropped would find the slot locked if the engine did so
/// inside its critical section.
#[test]
fn wakers_run_outside_the_lock() {
    struct Touch(&'static support::Engine, Arc<AtomicU32>);
    impl Wake for Touch {
        fn wake(self: Arc<Self>) {
            self.0.irq();
        }
    }
    impl Drop for Touch {
        fn drop(&mut self) {
            self.0.irq();
            self.1.fetch_add(1, Relaxed);
        }
    }
    let rig = Rig::new();
    let dropped = Arc::new(AtomicU32::new(0));
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        for end in [true, false] {
            let mut transfer = pin!(copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap());
            rig.machine.state().clocked = end;
            for _ in 0..3 {
                let waker: Waker = Arc::new(Touch(rig.engine, dropped.clone())).into();
                let _ = transfer.as_mut().poll(&mut Context::from_waker(&waker));
            }
            if end {
                rig.serve();
            }
            rig.machine.state().clocked = true;
        }
        copy.release(cx).unwrap();
    });
    assert_eq!(dropped.load(Relaxed), 6);
}
