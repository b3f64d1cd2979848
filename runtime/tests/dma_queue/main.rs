//! Queues over an invented controller: order, chaining, callbacks, failures, cancelling, leaks, panics, and what it costs.

mod callbacks;
mod ends;
mod model;
mod order;
mod races;
#[path = "../support/mod.rs"]
mod support;

use linkwright::context::Task;
use linkwright::dma::{Completed, CopyPair, Linear, Queue, QueueStorage};

use support::{Copier, Rig, pattern};

type Storage<const N: usize> = QueueStorage<Copier, Linear, N>;
type Pair = CopyPair<u8>;

const LEN: u32 = 96;

fn storage<const N: usize>() -> &'static Storage<N> {
    Box::leak(Box::new(QueueStorage::new()))
}

fn queue<const N: usize>(rig: &Rig, cx: &Task<'_>) -> Queue<Copier, Linear> {
    rig.prepare(cx, LEN).into_queue(cx, storage::<N>()).map_err(|(e, _)| e).unwrap()
}

fn pair(rig: &Rig, cx: &Task<'_>, seed: u32) -> Pair {
    rig.pair(cx, &pattern(LEN as usize, seed))
}

/// The pair made with this seed came back, and holds the data if it says so.
fn check(completed: &Completed<Pair>, seed: u32) {
    assert_eq!(*completed.bufs.source, *pattern(LEN as usize, seed), "the buffers of another transfer");
    if completed.result.is_ok() {
        assert_eq!(*completed.bufs.destination, *completed.bufs.source, "success means that the data is there");
    }
}

/// A small generator, so that the choices do not depend on anything else.
struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}
