//! The same work on many things, on all processors.

use std::cell::Cell;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

thread_local! {
    /// This thread does a part of such work.
    static WORKS: Cell<bool> = const { Cell::new(false) };
}

/// What `work` makes of each item, in the order of the items, whichever was done first.
///
/// Items are taken one by one, so a few long ones do not keep the rest waiting. Within `work` all processors are at work
/// already, so there the same is done on one. A panic in `work` is passed on.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if workers <= 1 || WORKS.get() {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                WORKS.set(true);
                while let Some((at, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    let result = work(item);
                    // Nobody else has this slot.
                    *results[at].lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(result);
                }
            });
        }
    });
    let taken = |slot: Mutex<Option<R>>| slot.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.into_iter().filter_map(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let slow_first = |n: &u64| {
            if *n < 4 {
                thread::sleep(std::time::Duration::from_millis(4 - *n));
            }
            n * n
        };
        assert_eq!(map(&items, slow_first), items.iter().map(|n| n * n).collect::<Vec<_>>());
        assert!(map(&[] as &[u64], |n| *n).is_empty());
    }

    #[test]
    fn work_within_work_makes_no_threads() {
        let inner = |_: &u32| {
            let own = thread::current().id();
            map(&[1, 2, 3], |_| thread::current().id() == own)
        };
        assert_eq!(map(&[1, 2], inner), [[true; 3], [true; 3]]);
    }
}
