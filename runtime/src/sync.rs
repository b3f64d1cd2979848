//! Mutual exclusion between interrupt handlers, tasks and processors.

use core::cell::{RefCell, RefMut};

use critical_section::{CriticalSection, Mutex};

use crate::context::Atomic;

/// Data behind a critical section (crate `critical-section`: on one core interrupts are off, on several a spinning lock
/// comes with it). For short accesses of bounded length.
#[derive(Debug)]
pub struct Lock<T>(Mutex<RefCell<T>>);

impl<T> Lock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(RefCell::new(value)))
    }

    /// Access the data. Any context; nothing inside may sleep, and other code's callbacks do not belong inside.
    /// From a task prefer [`Task::lock`](crate::context::Task::lock), which makes the compiler check that.
    ///
    /// # Panics
    /// When `f` enters the same lock again: the caller's bug, found by the first test that does it. Without feature
    /// `std` and without debug assertions it spins for ever instead, as any spinning lock does, so that firmware has no
    /// panic on the way to its hardware.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        critical_section::with(|cs| {
            let _atomic = Atomic::enter();
            f(&mut open(self.0.borrow(cs)))
        })
    }

    /// As [`with`](Self::with), inside a critical section that the caller has entered.
    #[track_caller]
    pub(crate) fn within<R>(&self, cs: CriticalSection<'_>, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut open(self.0.borrow(cs)))
    }
}

#[track_caller]
fn open<T>(cell: &RefCell<T>) -> RefMut<'_, T> {
    match cell.try_borrow_mut() {
        Ok(data) => data,
        Err(_) => entered_twice(),
    }
}

#[cold]
#[track_caller]
fn entered_twice() -> ! {
    #[cfg(any(feature = "std", debug_assertions))]
    panic!("a lock was entered again by the code that holds it");
    #[cfg(not(any(feature = "std", debug_assertions)))]
    loop {
        core::hint::spin_loop();
    }
}

impl<T: Default> Default for Lock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// A critical section that is also visible to [`in_atomic`](crate::context): what the engine uses for several locks.
pub(crate) fn exclusive<R>(f: impl FnOnce(CriticalSection<'_>) -> R) -> R {
    critical_section::with(|cs| {
        let _atomic = Atomic::enter();
        f(cs)
    })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "entered again")]
    fn entering_twice_is_found() {
        let lock = Lock::new(());
        lock.with(|()| lock.with(|()| ()));
    }

    #[test]
    fn excludes_other_threads() {
        let lock = Lock::new(0_u32);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..500 {
                        lock.with(|n| {
                            let seen = *n;
                            std::hint::spin_loop();
                            *n = seen + 1;
                        });
                    }
                });
            }
        });
        assert_eq!(lock.with(|n| *n), 2_000);
    }
}
