//! What goes wrong on one channel is not noticed by the others.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use linkwright::context::{host_task, in_atomic};
use linkwright::dma::{Done, FaultCause, Linear, TransferError};

use support::{Copier, Rig, pattern};

static PANICKING: fn(Done<'_, Copier, Linear>) = |_| panic!("a bug in the handler");

/// One interrupt ends several transfers, and the handler of the first panics.
#[test]
fn a_panicking_handler_keeps_nobody_waiting() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let (mut first, mut second, mut third) = (rig.prepare(cx, 32), rig.prepare(cx, 32), rig.prepare(cx, 32));
        first.set_handler(cx, &PANICKING);
        first.start_detached(rig.pair(cx, &pattern(32, 1)), &power).unwrap();
        let ends = second.start(rig.pair(cx, &pattern(32, 2)), &power).unwrap();
        rig.machine.state().lock_up = 1 << third.thread();
        let faults = third.start(rig.pair(cx, &pattern(32, 3)), &power).unwrap();
        rig.machine.run(500);
        assert!(catch_unwind(AssertUnwindSafe(|| rig.engine.irq())).is_err());
        assert!(!in_atomic());
        assert!(ends.is_done() && faults.is_done(), "served by the same interrupt");
        assert_eq!(ends.wait(cx).result, Ok(()));
        assert!(faults.wait(cx).result.unwrap_err().fault().unwrap().causes.contains(FaultCause::Lockup));
        assert_eq!(first.recover().unwrap().result, Ok(()));
        for copy in [first, second, third] {
            copy.release(cx).unwrap();
        }
        drop(power);
        rig.assert_clean(free);
    });
}

/// The manager faults, and before the interrupt is served another transfer is started in vain too.
#[test]
fn a_manager_fault_is_told_to_all_that_did_not_start() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let (mut first, mut second, mut running) = (rig.prepare(cx, 64), rig.prepare(cx, 64), rig.prepare(cx, 3_000));
        let runs = running.start(rig.pair(cx, &pattern(3_000, 3)), &power).unwrap();
        rig.machine.state().refuse_start = true;
        let transfers = [
            first.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap(),
            second.start(rig.pair(cx, &pattern(64, 2)), &power).unwrap(),
        ];
        rig.machine.state().refuse_start = false;
        assert!(rig.engine.irq());
        for transfer in transfers {
            assert!(transfer.is_done(), "neither waits for ever");
            assert!(matches!(transfer.wait(cx).result, Err(TransferError::Manager(_))));
        }
        while !runs.is_done() {
            assert!(rig.serve());
        }
        assert_eq!(runs.wait(cx).result, Ok(()));
        let again = first.start(rig.pair(cx, &pattern(64, 4)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(again.wait(cx).result, Ok(()));
        for copy in [first, second, running] {
            copy.release(cx).unwrap();
        }
        drop(power);
        rig.assert_clean(free);
    });
}
