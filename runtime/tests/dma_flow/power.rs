//! The controller without power.

use linkwright::context::host_task;

use crate::support::{Rig, pattern};

#[test]
fn interrupt_without_power_touches_nothing() {
    let rig = Rig::new();
    let before = rig.machine.accesses();
    assert!(!rig.engine.irq());
    assert_eq!(rig.machine.accesses(), before);
    host_task(|cx| {
        let _power = rig.active(cx);
        assert!(!rig.engine.irq(), "nothing to do");
    });
}

#[test]
fn restore_after_power_loss() {
    let rig = Rig::new();
    host_task(|cx| {
        let mut copy = rig.prepare(cx, 64);
        rig.power.suspend_if_idle();
        assert_eq!(rig.machine.state().enabled, 0);
        let power = rig.active(cx);
        rig.engine.restore();
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        drop(power);
        rig.power.suspend_if_idle();
        copy.release(cx).unwrap();
        assert_eq!(rig.machine.state().enabled, 0, "released events are disabled");
    });
}
