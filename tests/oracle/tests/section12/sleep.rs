//! 12.5: system sleep.

use oracle::board::{Board, board};

/// s <- c > k, all bound.
fn family(b: &mut Board<'_, '_>) {
    b.run("add s; add c; add k; driver s; driver c; driver k; link s<-c");
    b.log();
}

#[test]
fn s84_order_of_all_phases() {
    board("s c c>k", "", "", |b| {
        family(b);
        assert_eq!(b.ret("suspend platform"), 0);
        assert_eq!(
            b.log(),
            "P:s P:c P:k S:k S:c S:s SL:k SL:c SL:s SN:k SN:c SN:s \
             RN:s RN:c RN:k RE:s RE:c RE:k R:s R:c R:k C:k C:c C:s"
        );
    });
}

#[test]
fn s85_to_s88_failing_in_each_phase() {
    for (phase, log) in [
        ("prepare", "P:s P:c C:s"),
        ("suspend", "P:s P:c P:k S:k S:c R:k C:k C:c C:s"),
        ("suspend_late", "P:s P:c P:k S:k S:c S:s SL:k SL:c RE:k R:s R:c R:k C:k C:c C:s"),
        (
            "suspend_noirq",
            "P:s P:c P:k S:k S:c S:s SL:k SL:c SL:s SN:k SN:c RN:k RE:s RE:c RE:k R:s R:c R:k C:k C:c C:s",
        ),
    ] {
        board("s c c>k", "", "", |b| {
            family(b);
            b.run(&format!("ret c {phase} -5"));
            assert_eq!(b.ret("suspend platform"), -5);
            assert_eq!(b.log(), log, "{phase}");
        });
    }
}

#[test]
fn s89_to_s93_direct_complete() {
    for (candidates, active, skipped) in [
        ("s c k", "", "s c k"),
        ("s c", "", ""),
        ("s k", "", "k"),
        ("c k", "", "c k"),
        ("s c k", "s", "c k"),
    ] {
        board("s c c>k", "", "", |b| {
            for name in ["s", "c", "k"] {
                b.run(&format!("on {name} probe: enable {name}"));
            }
            family(b);
            for name in candidates.split(' ') {
                b.run(&format!("always {name} prepare 1"));
            }
            if !active.is_empty() {
                b.run(&format!("get_sync {active}"));
            }
            b.log();
            assert_eq!(b.ret("suspend platform"), 0);
            let log = b.log();
            for name in ["s", "c", "k"] {
                let skip = skipped.split(' ').any(|s| s == name);
                assert_eq!(!log.contains(&format!("S:{name} ")), skip, "{candidates} / {active}: {name} in {log}");
                assert!(log.contains(&format!("C:{name}")));
            }
        });
    }
}

#[test]
fn s94_runtime_pm_inside_the_phases() {
    let calls = "get_sync s, put_noidle s, get_sync c, put_noidle c, suspend c";
    board("s c", "", "", |b| {
        b.run("add s; add c; on s probe: enable s; on c probe: enable c; driver s; driver c; link s<-c");
        b.run(&format!("on c suspend: {calls}; suspend platform"));
        // The supplier is resumed on demand; the consumer may not be suspended.
        assert_eq!(b.did(), [0, 0, 0, 0, -11]);
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; on s probe: enable s; on c probe: enable c; driver s; driver c; link s<-c");
        b.run(&format!("on c suspend_late: {calls}; suspend platform"));
        assert_eq!(b.did(), [0, 0, -13, 0, -13]);
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; on s probe: enable s; on c probe: enable c; driver s; driver c; link s<-c");
        b.run(&format!("get_sync c; on c suspend_late: {calls}; suspend platform"));
        assert_eq!(b.did()[2], 1);
    });
}

#[test]
fn s95_no_probe_between_prepare_and_complete() {
    board("a n", "", "", |b| {
        b.run("add a; driver a; driver n; on a suspend: once add n");
        b.log();
        b.run("suspend platform");
        assert!(b.log().ends_with("C:a pb:n"));
    });
}

#[test]
fn s96_concurrent_devices_keep_the_order_of_links() {
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; driver c; link s<-c; async s; async c");
        b.log();
        assert_eq!(b.ret("suspend platform concurrent"), 0);
        let log = b.log();
        for (first, then) in [("S:c", "S:s"), ("SL:c", "SL:s"), ("SN:c", "SN:s"), ("RN:s", "RN:c"), ("R:s", "R:c")] {
            let at = |token: &str| log.split(' ').position(|t| t == token);
            assert!(at(first) < at(then), "{log}");
        }
    });
}
