//! Sleeping until the timer interrupts.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use linkwright::sync::Lock;

use crate::start::TIMER;

/// Who sleeps.
static SLEEPER: Lock<RefCell<Option<Waker>>> = Lock::new(RefCell::new(None));

/// The timer has interrupted.
pub(crate) fn interrupt() {
    if TIMER.acknowledge() {
        let waker = SLEEPER.with(|sleeper| sleeper.take());
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Sleep. One task at a time.
pub(crate) async fn sleep(microseconds: u32) {
    let end = TIMER.ticks() + TIMER.ticks_of(microseconds);
    poll_fn(|context| {
        if TIMER.ticks() >= end {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        drop(SLEEPER.with(|sleeper| sleeper.replace(Some(waker))));
        TIMER.interrupt_at(end);
        Poll::Pending
    })
    .await;
}
