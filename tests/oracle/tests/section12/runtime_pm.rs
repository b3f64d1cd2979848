//! 12.3: runtime PM.

use oracle::board::{Board, board};

/// Registered, bound, runtime PM enabled by the probe.
fn up(b: &mut Board<'_, '_>, names: &str) {
    for name in names.split_whitespace() {
        b.run(&format!("add {name}; on {name} probe: enable {name}; on {name} remove: disable {name}"));
    }
    for name in names.split_whitespace() {
        b.run(&format!("driver {name}"));
    }
    b.log();
}

#[test]
fn s44_disabled() {
    board("d", "", "", |b| {
        b.run("add d");
        for (call, ret, usage) in [
            ("get_sync", -13, 1),
            ("put_sync", -13, 0),
            ("resume_and_get", -13, 0),
            ("get", -13, 1),
            ("get_if_active", -22, 1),
        ] {
            assert_eq!(b.ret(&format!("{call} d")), ret, "{call}");
            assert_eq!(b.usage("d"), usage, "{call}");
        }
    });
}

#[test]
fn s45_s46_counting() {
    board("d", "", "", |b| {
        up(b, "d");
        for (call, ret) in
            [("get_sync", 0), ("get_sync", 1), ("get", 1), ("resume_and_get", 0), ("suspend", -11), ("idle", -11)]
        {
            assert_eq!(b.ret(&format!("{call} d")), ret, "{call}");
        }
        assert_eq!(b.log(), "rr:d");
        for _ in 0..4 {
            assert_eq!(b.ret("put_sync d"), 0);
        }
        assert_eq!(b.log(), "rs:d");
        assert_eq!(b.ret("put_sync d"), -22);
        assert_eq!(b.usage("d"), 0);
        b.run("put_noidle d");
        assert_eq!(b.usage("d"), 0);
    });
}

#[test]
fn s47_barrier_carries_out_a_pending_resume() {
    board("d", "", "", |b| {
        up(b, "d");
        assert_eq!(b.batch("get d; barrier d"), [0, 1]);
        assert_eq!(b.rpm("d"), "active");
    });
}

#[test]
fn s48_disabled_in_either_state() {
    board("d", "", "", |b| {
        up(b, "d");
        b.run("get_sync d; disable d");
        assert_eq!(b.ret("get_sync d"), 1);
        assert_eq!(b.ret("suspend d"), -13);
    });
    board("d", "", "", |b| {
        up(b, "d");
        b.run("disable d");
        assert_eq!(b.ret("get_sync d"), -13);
    });
}

#[test]
fn s49_a_supplier_is_shared() {
    board("s c e", "", "", |b| {
        up(b, "s c e");
        b.run("link s<-c PM_RUNTIME; link s<-e PM_RUNTIME; get_sync c");
        assert_eq!(b.log(), "rr:s rr:c");
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (1, Some(2)));
        b.run("get_sync e");
        assert_eq!(b.log(), "rr:e");
        assert_eq!(b.usage("s"), 2);
        assert_eq!(b.ret("suspend s"), -11);
        b.run("put_sync c");
        assert_eq!(b.log(), "rs:c");
        assert_eq!(b.usage("s"), 1);
        b.run("put_sync e");
        assert_eq!(b.log(), "rs:e rs:s");
    });
}

#[test]
fn s50_s51_links_without_effect() {
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c; get_sync c");
        assert_eq!(b.log(), "rr:c");
    });
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("get_sync c; link s<-c PM_RUNTIME");
        assert_eq!(b.rpm("s"), "suspended");
        assert_eq!(b.link("s", "c")["rpm_active"], 1);
    });
}

#[test]
fn s52_s53_references_of_a_link() {
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME RPM_ACTIVE");
        assert_eq!(b.log(), "rr:s");
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (1, Some(2)));
        b.run("get_sync c");
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (2, Some(3)));
        b.log();
        b.run("put_sync c");
        assert_eq!(b.log(), "rs:c rs:s");
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (0, Some(1)));
    });
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c STATELESS PM_RUNTIME; get_sync c");
        b.log();
        b.run("unlink s<-c");
        assert_eq!(b.log(), "rs:s");
        assert_eq!(b.usage("s"), 0);
    });
}

#[test]
fn s54_s55_a_supplier_fails() {
    board("s1 s2 c", "", "", |b| {
        up(b, "s1 s2 c");
        b.run("link s1<-c PM_RUNTIME; link s2<-c PM_RUNTIME; ret s2 runtime_resume -5");
        assert_eq!(b.ret("get_sync c"), -5);
        assert_eq!(b.log(), "rr:s1 rr:s2 rs:s1");
        assert_eq!((b.usage("s1"), b.usage("s2")), (0, 0));
        assert_eq!(b.rpm("c"), "suspended");
        assert_eq!(b.ret("get_sync c"), -22);
        assert_eq!(b.ret("set_suspended s2"), 0);
        assert_eq!(b.ret("set_suspended c"), 0);
        assert_eq!(b.ret("get_sync c"), 0);
        assert_eq!(b.log(), "rr:s1 rr:s2 rr:c");
    });
}

#[test]
fn s56_suppliers_go_off_after_a_failed_resume() {
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME; ret c runtime_resume -5");
        assert_eq!(b.ret("get_sync c"), -5);
        assert_eq!(b.log(), "rr:s rr:c rs:s");
        assert_eq!(b.usage("s"), 0);
    });
}

#[test]
fn s57_s58_s59_which_errors_stay() {
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME; get_sync c; ret c runtime_suspend -16");
        assert_eq!(b.ret("put_sync c"), -16);
        assert_eq!(b.rpm("c"), "active");
        assert_eq!(b.device("c")["error"], 0);
        assert_eq!(b.usage("s"), 1);
        b.log();
        b.run("suspend c");
        assert_eq!(b.log(), "rs:c rs:s");
    });
    board("c", "", "", |b| {
        up(b, "c");
        b.run("get_sync c; ret c runtime_suspend -5");
        assert_eq!(b.ret("put_sync c"), -5);
        assert_eq!(b.rpm("c"), "active");
        assert_eq!(b.ret("get_sync c"), -22);
        assert_eq!(b.ret("set_active c"), 0);
        assert_eq!(b.ret("get_sync c"), 1);
    });
    board("c", "", "", |b| {
        up(b, "c");
        for error in [-11, -16] {
            b.run(&format!("ret c runtime_resume {error}"));
            assert_eq!(b.ret("resume_and_get c"), error);
            assert_eq!(b.device("c")["error"], 0);
        }
        assert_eq!(b.ret("resume_and_get c"), 0);
    });
}

#[test]
fn s60_a_disabled_supplier_does_not_matter() {
    board("s c", "", "", |b| {
        b.run("add s; driver s");
        up(b, "c");
        b.run("link s<-c PM_RUNTIME");
        assert_eq!(b.ret("get_sync c"), 0);
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (1, Some(2)));
        b.run("put_sync c");
        assert_eq!(b.usage("s"), 0);
    });
}

#[test]
fn s61_s62_order_of_chains_and_relatives() {
    board("a b c", "", "", |b| {
        up(b, "a b c");
        b.run("link a<-b PM_RUNTIME; link b<-c PM_RUNTIME; get_sync c; put_sync c");
        assert_eq!(b.log(), "rr:a rr:b rr:c rs:c rs:b rs:a");
    });
    board("p p>b s s>k", "", "", |b| {
        up(b, "p b s k");
        b.run("link k<-b PM_RUNTIME; get_sync b");
        assert_eq!(b.log(), "rr:p rr:s rr:k rr:b");
        b.run("put_sync b");
        let log = b.log();
        assert!(log.starts_with("rs:b"), "{log}");
        assert!(log.find("rs:k") < log.find("rs:s"), "{log}");
        assert!(log.contains("rs:p"), "{log}");
    });
}

#[test]
fn s63_s64_devices_that_take_no_suppliers_along() {
    board("p p>c s", "", "", |b| {
        up(b, "p c s");
        b.run("link s<-c PM_RUNTIME; irq_safe c");
        assert_eq!(b.log(), "rr:p");
        assert_eq!(b.usage("p"), 1);
        b.run("get_sync c; put_sync c");
        assert_eq!(b.log(), "rr:c rs:c");
        assert_eq!((b.rpm("s"), b.rpm("p")), ("suspended".to_owned(), "active".to_owned()));
    });
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME; no_callbacks c; get_sync c");
        assert_eq!((b.rpm("c"), b.rpm("s")), ("active".to_owned(), "suspended".to_owned()));
    });
}

#[test]
fn s65_s66_parents() {
    board("p p>c", "", "", |b| {
        up(b, "p c");
        b.run("ret p runtime_resume -5");
        assert_eq!(b.ret("get_sync c"), -16);
        assert_eq!((&b.device("c")["error"], &b.device("p")["error"]), (&0.into(), &(-5).into()));
    });
    board("p p>c", "", "", |b| {
        b.run("add p; add c; enable p");
        assert_eq!(b.ret("set_active c"), -16);
        b.run("ignore_children p");
        assert_eq!(b.ret("set_active c"), 0);
        assert_eq!(b.device("p")["children"], 1);
        b.run("enable c");
        assert_eq!(b.ret("set_active c"), -11);
    });
}

#[test]
fn s67_forbid_and_allow() {
    board("d", "", "", |b| {
        up(b, "d");
        for (call, usage) in [("forbid", 1), ("forbid", 1), ("allow", 0), ("allow", 0)] {
            b.run(&format!("{call} d"));
            assert_eq!(b.usage("d"), usage, "{call}");
        }
        assert_eq!(b.log(), "rr:d rs:d");
    });
}

#[test]
fn s68_a_resume_requested_during_suspend() {
    board("d", "", "", |b| {
        up(b, "d");
        b.run("on d runtime_suspend: once request_resume d; get_sync d");
        b.log();
        assert_eq!(b.ret("put_sync d"), -11);
        assert!(b.log().starts_with("rs:d rr:d"));
    });
}

#[test]
fn s69_s70_autosuspend() {
    board("d", "", "", |b| {
        up(b, "d");
        b.run("delay d 2000; use_autosuspend d; get_sync d; mark_last_busy d");
        b.log();
        assert_eq!(b.ret("put_autosuspend d"), 0);
        assert_eq!(b.ret("idle d"), 0);
        assert_eq!(b.rpm("d"), "active");
        b.run("sleep 1900");
        assert_eq!(b.log(), "");
        b.run("sleep 700");
        assert_eq!(b.log(), "rs:d");
        b.run("get_sync d");
        b.log();
        b.run("put_sync_suspend d");
        assert_eq!(b.log(), "rs:d");
    });
    board("d", "", "", |b| {
        up(b, "d");
        b.run("use_autosuspend d; delay d -1");
        assert_eq!((b.usage("d"), b.rpm("d")), (1, "active".to_owned()));
        b.run("delay d 0");
        assert_eq!(b.usage("d"), 0);
    });
}

#[test]
fn s71_force_suspend_and_resume() {
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME; get_sync c; get_noresume c");
        b.log();
        assert_eq!(b.ret("force_suspend c"), 0);
        assert_eq!(b.log(), "rs:c");
        assert_eq!((b.usage("s"), b.link("s", "c")["rpm_active"].as_u64()), (1, Some(2)));
        assert_eq!(b.ret("force_resume c"), 0);
        assert_eq!(b.log(), "rr:c");
        b.run("put_noidle c; force_suspend c");
        assert_eq!(b.log(), "rs:c rs:s");
        assert_eq!(b.usage("s"), 0);
        b.run("force_resume c");
        assert_eq!(b.log(), "");
    });
}

#[test]
fn s72_s73_status_by_hand_and_refusal() {
    board("s c", "", "", |b| {
        up(b, "s");
        b.run("add c; driver c; link s<-c PM_RUNTIME; set_active c");
        assert_eq!(b.link("s", "c")["rpm_active"], 2);
        assert!(b.log().contains("rr:s"));
        b.run("enable c; suspend c");
        assert_eq!(b.link("s", "c")["rpm_active"], 1);
    });
    board("s c", "", "", |b| {
        up(b, "s c");
        b.run("ret s runtime_resume -5");
        assert_eq!(b.ret("link s<-c PM_RUNTIME RPM_ACTIVE"), 0);
        assert_eq!(b.usage("s"), 0);
    });
}

#[test]
fn s74_suppliers_are_held_during_probe() {
    board("s c", "", "", |b| {
        up(b, "s");
        b.run("add c; link s<-c PM_RUNTIME; on c probe: get_if_in_use s, put_noidle s; driver c");
        assert_eq!(b.did()[0], 1, "in use inside the probe");
        assert_eq!((b.usage("s"), b.rpm("s")), (0, "suspended".to_owned()));
    });
}
