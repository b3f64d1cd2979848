use std::sync::Mutex;

use bench_board::Dmac0;
use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::{BuffersOf, Done, Endpoint, Prepared, Shape};

use super::rig::Rig;
use crate::peers::{Counted, Job};

/// What the handler still has to do, and what it leaves.
struct Order<B> {
    again: u32,
    left: Option<B>,
}

fn handler<E: Endpoint, S: Shape>(order: &'static Mutex<Order<BuffersOf<E, S>>>) -> impl Fn(Done<'_, E, S>) + Sync {
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

/// Make a transfer, or the same one again and again from the handler.
pub(super) fn transfer<E: Endpoint<Controller = Dmac0, Peer = Dmac0>, S: Shape>(
    cx: &mut Task<'_>,
    rig: &Rig,
    job: &Job,
    mut prepared: Prepared<E, S>,
    bufs: BuffersOf<E, S>,
    check: impl FnOnce(&BuffersOf<E, S>),
) -> Counted {
    let order: &'static Mutex<Order<BuffersOf<E, S>>> =
        Box::leak(Box::new(Mutex::new(Order { again: job.again - 1, left: None })));
    prepared.set_handler(cx, Box::leak(Box::new(handler::<E, S>(order))));
    let power = rig.power(cx);
    let counted = rig.count(prepared.program().len.into(), |allocations| {
        let started = allocations.of(|| prepared.start_detached(bufs, &power).is_ok());
        assert!(started, "not started");
        (1..=u64::from(job.again)).fold(true, |barrier, round| {
            rig.until_interrupt();
            let there = rig.sim.counters().writes.bytes == round * u64::from(job.pieces * job.bytes);
            assert!(allocations.of(|| simulated_interrupt(|| rig.dmac.irq())));
            barrier && there
        })
    });
    let bufs = order.lock().unwrap_or_else(|e| panic!("{e}")).left.take();
    check(&bufs.unwrap_or_else(|| panic!("the handler was not called")));
    prepared.release(cx).unwrap_or_else(|e| panic!("{e}"));
    counted
}
