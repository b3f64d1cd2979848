use std::sync::Mutex;

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{Done, Linear, MemoryCopy};

use super::rig::{Controller, Pair, Rig};
use crate::peers::{Counted, Job};

/// What the handler still has to do, and what it leaves.
#[derive(Default)]
struct Order {
    again: u32,
    left: Option<Pair>,
}

fn handler(order: &'static Mutex<Order>) -> impl Fn(Done<'_, MemoryCopy<Controller>, Linear>) + Sync {
    move |done| {
        assert_eq!(done.result(), Ok(()));
        let mut order = order.lock().unwrap_or_else(|e| panic!("{e}"));
        if order.again == 0 {
            order.left = Some(done.finish());
        } else {
            order.again -= 1;
            assert!(done.rearm_same().is_ok());
        }
    }
}

/// Make a copy, or the same one again and again from the handler.
pub(super) fn measure(job: &Job) -> Counted {
    host_task(|cx| {
        let rig = Rig::new(job);
        let order: &'static Mutex<Order> = Box::leak(Box::default());
        let pair = rig.pair(cx, job.bytes as usize, job.offsets.0 as usize, job.offsets.1 as usize);
        let mut copier = rig.copier(cx, &pair);
        copier.set_handler(cx, Box::leak(Box::new(handler(order))));
        let power = rig.power(cx);
        order.lock().unwrap_or_else(|e| panic!("{e}")).again = job.again - 1;
        let counted = rig.count(copier.program().len.into(), |allocations| {
            let started = allocations.of(|| copier.start_detached(pair, &power).is_ok());
            assert!(started, "not started");
            (1..=u64::from(job.again)).fold(true, |barrier, round| {
                rig.until_interrupt();
                let there = rig.sim.counters().writes.bytes == round * u64::from(job.bytes);
                assert!(allocations.of(|| simulated_interrupt(|| rig.dmac.irq())));
                barrier && there
            })
        });
        let pair = order.lock().unwrap_or_else(|e| panic!("{e}")).left.take();
        let pair = pair.unwrap_or_else(|| panic!("the handler was not called"));
        assert!(pair.source[..] == pair.destination[..], "wrong data");
        counted
    })
}
