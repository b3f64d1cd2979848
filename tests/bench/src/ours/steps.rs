//! The steps around a transfer: submit, issue, complete, and starting it again.

use std::sync::Mutex;

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{Done, Linear, MemoryCopy};
use linkwright_sim::Counters;

use bench_board::Dmac0;

use super::rig::{Pair, Rig};
use crate::peers::Job;

/// What a step costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// Register reads.
    pub reads: u64,
    /// Register writes.
    pub writes: u64,
    /// Heap allocations.
    pub allocations: u64,
    /// Bytes of microcode in memory that changed.
    pub patched: u64,
}

/// The life of a transfer, step by step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Steps {
    /// Hand the buffers over for the second time.
    pub submit: Step,
    /// Start.
    pub issue: Step,
    /// The interrupt body, without the handler.
    pub complete: Step,
    /// In the handler: the same transfer again.
    pub rearm: Step,
    /// In the handler: the next transfer with other buffers.
    pub swap: Step,
    /// In the handler, when nothing follows.
    pub dry: Step,
}

/// What a handler does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Rearm,
    Swap,
    Finish,
}

/// What the handler is told, and what it tells.
struct Plan {
    rig: &'static Rig,
    next: Next,
    spare: Option<Pair>,
    step: Step,
}

/// Do `step` and say what it cost.
fn cost(rig: &Rig, step: impl FnOnce()) -> Step {
    let registers = |c: Counters| (c.register_reads, c.register_writes);
    let (before, changed) = (registers(rig.sim.counters()), rig.cache.changed());
    let allocations = allocation_counter::measure(step).count_total;
    let after = registers(rig.sim.counters());
    Step { reads: after.0 - before.0, writes: after.1 - before.1, allocations, patched: rig.cache.changed() - changed }
}

fn handler(plan: &'static Mutex<Option<Plan>>) -> impl Fn(Done<'_, MemoryCopy<Dmac0>, Linear>) + Sync {
    move |done| {
        assert_eq!(done.result(), Ok(()));
        let mut plan = plan.lock().unwrap_or_else(|e| panic!("{e}"));
        let Some(plan) = plan.as_mut() else { return };
        let Plan { rig, next, spare, step } = plan;
        *step = cost(rig, || match (*next, spare.take()) {
            (Next::Rearm, kept) => {
                *spare = kept;
                assert!(done.rearm_same().is_ok());
            }
            (Next::Swap, Some(pair)) => *spare = done.rearm(pair).ok(),
            (Next::Swap | Next::Finish, _) => *spare = Some(done.finish()),
        });
    }
}

/// Measure every step of a 64 KiB copy in its steady state.
///
/// # Panics
/// When the driver fails or the data is wrong.
pub fn measure() -> Steps {
    host_task(|cx| {
        let rig: &'static Rig = Box::leak(Box::new(Rig::new(&Job::copy(65_536))));
        let plan: &'static Mutex<Option<Plan>> = Box::leak(Box::default());
        let pair = rig.pair(cx, 65_536, 0, 0);
        let mut copier = rig.copier(cx, &pair);
        copier.set_handler(cx, Box::leak(Box::new(handler(plan))));
        let power = rig.power(cx);
        let spare = Some(rig.pair(cx, 65_536, 0, 0));
        *plan.lock().unwrap_or_else(|e| panic!("{e}")) =
            Some(Plan { rig, next: Next::Rearm, spare, step: Step::default() });

        // The interrupt body around what the handler does.
        let complete = |next| {
            rig.until_interrupt();
            plan.lock().unwrap_or_else(|e| panic!("{e}")).as_mut().into_iter().for_each(|p| p.next = next);
            let all = cost(rig, || simulated_interrupt(|| assert!(rig.dmac.irq())));
            let handler = plan.lock().unwrap_or_else(|e| panic!("{e}")).as_ref().map_or(Step::default(), |p| p.step);
            let body = Step {
                reads: all.reads - handler.reads,
                writes: all.writes - handler.writes,
                allocations: all.allocations - handler.allocations,
                patched: all.patched - handler.patched,
            };
            (body, handler)
        };
        let take = || {
            let pair = plan.lock().unwrap_or_else(|e| panic!("{e}")).as_mut().and_then(|p| p.spare.take());
            pair.unwrap_or_else(|| panic!("the handler kept the buffers"))
        };

        // Once for the steady state.
        copier.start_detached(pair, &power).unwrap_or_else(|r| panic!("{}", r.error));
        complete(Next::Rearm);
        complete(Next::Swap);
        complete(Next::Finish);

        let mut pair = Some(take());
        let mut submitted = None;
        let submit = cost(rig, || {
            submitted = pair.take().and_then(|pair| copier.submit(pair, &power).ok());
        });
        let mut issued = None;
        let issue = cost(rig, || issued = submitted.take().map(|s| s.issue_detached().is_ok()));
        assert_eq!(issued, Some(true));
        let (first, rearm) = complete(Next::Rearm);
        let (second, again) = complete(Next::Rearm);
        assert_eq!((first, rearm), (second, again), "a steady state");
        let mut next = Some(rig.pair(cx, 65_536, 0, 0));
        plan.lock().unwrap_or_else(|e| panic!("{e}")).as_mut().into_iter().for_each(|p| p.spare = next.take());
        let (_, swap) = complete(Next::Swap);
        drop(take());
        let (_, dry) = complete(Next::Finish);
        let pair = take();
        assert!(pair.source[..] == pair.destination[..], "wrong data");
        Steps { submit, issue, complete: first, rearm, swap, dry }
    })
}
