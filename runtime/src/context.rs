//! Execution context as a proof.
//!
//! A `&Task` says "this code may sleep". Functions that may wait, allocate or switch power take one; whoever has none
//! is in *atomic* context (an interrupt handler, a completion callback, a critical section) and cannot call them.
//!
//! The types close every way but two: code that takes a [`Lock`] through [`Lock::with`] still sees an outer `&Task`,
//! and [`Task::assume_sleepable`] may be called where its contract does not hold. With feature `std` both are caught
//! when they happen: every sleepable function calls [`Task::might_sleep`].

#![allow(unsafe_code, reason = "the constructor that other code's soundness of context rests on")]

use core::marker::PhantomData;

use crate::sync::Lock;

/// Proof that sleeping is legal here: no interrupt handler, no critical section, no lock held.
///
/// It stays in the execution context it was made for (neither `Send` nor `Sync`) and cannot outlive it (`'cx` is
/// invariant). Code that must not sleep borrows it mutably, so that the proof is unusable meanwhile:
///
/// ```compile_fail,E0502
/// # linkwright::context::host_task(|cx| {
/// fn may_sleep(_: &linkwright::context::Task<'_>) {}
/// cx.atomic(|| may_sleep(cx)); // error: `cx` is borrowed
/// # });
/// ```
pub struct Task<'cx> {
    brand: PhantomData<fn(&'cx ()) -> &'cx ()>,
    here: PhantomData<*mut OnlyInItsOwnContext>,
}

/// What the compiler names when a [`Task`] is to leave its context: a pointer is neither `Send` nor `Sync`.
enum OnlyInItsOwnContext {}

impl Task<'_> {
    /// Claim that this code may sleep. Firmware does so once in `main`, an RTOS in the entry of each thread.
    ///
    /// # Safety
    /// For as long as the value lives, it is used only where waiting is legal: outside interrupt handlers and critical
    /// sections, with no lock held. No other `Task` is in use in the same context.
    pub const unsafe fn assume_sleepable() -> Self {
        Self { brand: PhantomData, here: PhantomData }
    }

    /// Run `f` in a critical section. The proof cannot be used inside.
    pub fn atomic<R>(&mut self, f: impl FnOnce() -> R) -> R {
        critical_section::with(|_| {
            let _atomic = Atomic::enter();
            f()
        })
    }

    /// Run `f` with `lock` held. The proof cannot be used inside.
    pub fn lock<T, R>(&mut self, lock: &Lock<T>, f: impl FnOnce(&mut T) -> R) -> R {
        lock.with(f)
    }

    /// The dynamic half of the rule: called by everything that may sleep.
    ///
    /// # Panics
    /// With feature `std` and debug assertions, when the thread is in (simulated) atomic context: the caller's bug.
    #[inline]
    #[track_caller]
    pub fn might_sleep(&self) {
        #[cfg(all(feature = "std", debug_assertions))]
        assert!(!in_atomic(), "sleeping operation in atomic context: release the lock or leave the handler first");
    }
}

impl core::fmt::Debug for Task<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Task")
    }
}

/// Marks the thread as being in atomic context while it lives.
#[derive(Debug)]
pub(crate) struct Atomic {
    here: PhantomData<*mut ()>,
}

impl Atomic {
    pub(crate) fn enter() -> Self {
        #[cfg(feature = "std")]
        depth::change(1);
        Self { here: PhantomData }
    }
}

impl Drop for Atomic {
    fn drop(&mut self) {
        #[cfg(feature = "std")]
        depth::change(-1);
    }
}

#[cfg(feature = "std")]
mod depth {
    std::thread_local!(static DEPTH: core::cell::Cell<i32> = const { core::cell::Cell::new(0) });

    pub(super) fn change(by: i32) {
        DEPTH.with(|d| d.set(d.get() + by));
    }

    pub(super) fn get() -> i32 {
        DEPTH.with(core::cell::Cell::get)
    }
}

/// Is this thread in atomic context: in a critical section, a lock, an engine's interrupt body or
/// [`simulated_interrupt`]? Any context.
#[cfg(feature = "std")]
pub fn in_atomic() -> bool {
    depth::get() > 0
}

/// Run `f` as an interrupt handler would run: in atomic context. For simulators and tests.
#[cfg(feature = "std")]
pub fn simulated_interrupt<R>(f: impl FnOnce() -> R) -> R {
    let _atomic = Atomic::enter();
    f()
}

/// Run `f` with the proof that it may sleep, which on a host is true of every thread.
///
/// The proof cannot leave `f`:
///
/// ```compile_fail
/// let mut kept = None;
/// linkwright::context::host_task(|cx| kept = Some(cx)); // error: borrowed data escapes
/// ```
///
/// # Panics
/// When called from simulated atomic context, such as a completion callback.
#[cfg(feature = "std")]
#[track_caller]
pub fn host_task<R>(f: impl for<'cx> FnOnce(&mut Task<'cx>) -> R) -> R {
    assert!(!in_atomic(), "host_task entered from atomic context");
    // SAFETY: a host thread may block, and atomic context, as far as it is simulated here, was ruled out.
    f(&mut unsafe { Task::assume_sleepable() })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "atomic context")]
    fn host_task_refuses_atomic_context() {
        simulated_interrupt(|| host_task(|_| ()));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "atomic context")]
    fn sleeping_under_a_lock_is_caught() {
        let lock = Lock::new(());
        host_task(|cx| {
            let cx = &*cx;
            lock.with(|()| cx.might_sleep());
        });
    }

    #[test]
    fn depth_survives_a_panic() {
        let _ = std::panic::catch_unwind(|| simulated_interrupt(|| panic!("bug")));
        assert!(!in_atomic());
        host_task(|cx| cx.atomic(|| assert!(in_atomic())));
        assert!(!in_atomic());
    }
}
