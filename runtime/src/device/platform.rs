//! What the device model needs from its surroundings: a lock, a clock, a way to wait and someone to run deferred work.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::sync::Lock;

/// Mutual exclusion around a value. Never held across a callback.
pub trait Exclusive<T> {
    /// A lock around `value`.
    fn new(value: T) -> Self;
    /// Access the value. Any context; `f` is short and calls no foreign code.
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Exclusive<T> for Lock<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.with(f)
    }
}

/// The surroundings of a device [`System`](super::System).
pub trait Platform {
    /// The lock around the model's state.
    type Lock<T>: Exclusive<T>;

    /// Nanoseconds since some start. Any context.
    fn now(&self) -> u64;

    /// Work was queued or a deadline changed: have somebody call [`System::run_pending`](super::System::run_pending)
    /// soon. Any context.
    fn kick(&self);

    /// A number that changes with every [`notify`](Self::notify). Any context.
    fn epoch(&self) -> u64;

    /// Something that others may wait for has changed. Any context.
    fn notify(&self);

    /// Wait until the epoch differs from `seen`. Sleepable. `false`: nobody else could change it, so waiting would
    /// never end.
    fn wait(&self, seen: u64) -> bool;

    /// A number for the calling thread of execution, to recognise a caller that would wait for itself. Sleepable.
    fn caller(&self) -> u32;

    /// Is deferred work run by the waiting caller itself (`true`: there is one thread of execution) or by others?
    const INLINE_WORK: bool;
}

/// A platform for one thread of execution and interrupts: a main loop that calls `run_pending`.
///
/// `C` is the clock; nothing else of the hardware is needed.
#[derive(Debug)]
pub struct BareMetal<C> {
    clock: C,
    epoch: AtomicCount,
    kicked: Lock<bool>,
}

/// A monotonic clock.
pub trait Clock {
    /// Nanoseconds since some start. Any context.
    fn now(&self) -> u64;
}

/// A counter that works on targets without 64-bit atomics.
#[derive(Debug)]
struct AtomicCount(Lock<u64>);

impl<C: Clock> BareMetal<C> {
    /// A platform on this clock.
    pub const fn new(clock: C) -> Self {
        Self { clock, epoch: AtomicCount(Lock::new(0)), kicked: Lock::new(false) }
    }

    /// Has work been queued since the last call? The main loop asks before it sleeps.
    pub fn take_kick(&self) -> bool {
        self.kicked.with(core::mem::take)
    }
}

impl<C: Clock> Platform for BareMetal<C> {
    type Lock<T> = Lock<T>;
    fn now(&self) -> u64 {
        self.clock.now()
    }
    fn kick(&self) {
        self.kicked.with(|k| *k = true);
    }
    fn epoch(&self) -> u64 {
        self.epoch.0.with(|e| *e)
    }
    fn notify(&self) {
        self.epoch.0.with(|e| *e += 1);
    }
    fn wait(&self, _: u64) -> bool {
        false
    }
    fn caller(&self) -> u32 {
        0
    }
    const INLINE_WORK: bool = true;
}

/// A platform whose time only passes when told: for simulators and tests, one thread of execution.
#[derive(Debug, Default)]
pub struct VirtualTime {
    now: AtomicU64,
}

impl VirtualTime {
    /// Time zero.
    pub const fn new() -> Self {
        Self { now: AtomicU64::new(0) }
    }

    /// Let time pass up to `now` (nanoseconds); it never goes back.
    pub fn advance_to(&self, now: u64) {
        self.now.fetch_max(now, Ordering::Relaxed);
    }
}

impl Platform for VirtualTime {
    type Lock<T> = Lock<T>;
    fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }
    fn kick(&self) {}
    fn epoch(&self) -> u64 {
        0
    }
    fn notify(&self) {}
    fn wait(&self, _: u64) -> bool {
        false
    }
    fn caller(&self) -> u32 {
        0
    }
    const INLINE_WORK: bool = true;
}

#[cfg(feature = "std")]
pub use threads::Threads;

#[cfg(feature = "std")]
mod threads {
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::{Duration, Instant};

    use super::{Lock, Platform};

    /// A platform for host threads: any thread may call, and some worker calls `run_pending` after
    /// [`wait_kick`](Self::wait_kick).
    #[derive(Debug)]
    pub struct Threads {
        start: Instant,
        state: Mutex<Shared>,
        changed: Condvar,
    }

    #[derive(Debug, Default)]
    struct Shared {
        epoch: u64,
        kicked: bool,
    }

    impl Default for Threads {
        fn default() -> Self {
            Self { start: Instant::now(), state: Mutex::default(), changed: Condvar::new() }
        }
    }

    impl Threads {
        fn state(&self) -> MutexGuard<'_, Shared> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// Wait until work is queued, at most until `deadline` (as [`Platform::now`] counts). For the worker.
        pub fn wait_kick(&self, deadline: Option<u64>) {
            let mut state = self.state();
            while !state.kicked {
                let timeout = match deadline {
                    None => Duration::from_millis(50),
                    Some(at) => Duration::from_nanos(at.saturating_sub(self.now())),
                };
                let (next, result) = self.changed.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner);
                state = next;
                if result.timed_out() {
                    break;
                }
            }
            state.kicked = false;
        }
    }

    impl Platform for Threads {
        type Lock<T> = Lock<T>;
        fn now(&self) -> u64 {
            u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
        }
        fn kick(&self) {
            self.state().kicked = true;
            self.changed.notify_all();
        }
        fn epoch(&self) -> u64 {
            self.state().epoch
        }
        fn notify(&self) {
            self.state().epoch += 1;
            self.changed.notify_all();
        }
        fn wait(&self, seen: u64) -> bool {
            let mut state = self.state();
            while state.epoch == seen {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            true
        }
        fn caller(&self) -> u32 {
            let mut hasher = DefaultHasher::new();
            std::thread::current().id().hash(&mut hasher);
            hasher.finish() as u32
        }
        const INLINE_WORK: bool = false;
    }
}
