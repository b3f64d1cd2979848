//! 12.1: links and binding.

use linkwright::device::Order;
use oracle::board::board;

const BOUND_BOTH: &str = "add s; add c; driver s; driver c; link s<-c";

#[test]
fn s01_illegal_flags_are_refused() {
    board("s c", "", "", |b| {
        b.run("add s; add c");
        for flags in [
            "STATELESS AUTOREMOVE_CONSUMER",
            "STATELESS AUTOREMOVE_SUPPLIER",
            "STATELESS AUTOPROBE_CONSUMER",
            "STATELESS SYNC_STATE_ONLY",
            "STATELESS INFERRED",
            "STATELESS CYCLE",
            "AUTOPROBE_CONSUMER AUTOREMOVE_CONSUMER",
            "AUTOPROBE_CONSUMER AUTOREMOVE_SUPPLIER",
            "MANAGED",
            "BIT20",
            "SYNC_STATE_ONLY PM_RUNTIME",
            "SYNC_STATE_ONLY AUTOPROBE_CONSUMER",
        ] {
            assert_eq!(b.ret(&format!("link s<-c {flags}")), 0, "{flags}");
        }
        assert_eq!(b.ret("link s<-s"), 0);
        assert_eq!(b.links(), 0);
    });
}

#[test]
fn s02_the_supplier_must_be_registered() {
    board("s c", "", "", |b| {
        b.run("init s; add c");
        assert_eq!(b.ret("link s<-c"), 0);
    });
    board("s c", "", "", |b| {
        b.run("add s; init c");
        assert_eq!(b.ret("link s<-c STATELESS"), 1);
    });
}

#[test]
fn s03_initial_states() {
    board("s c", "", "", |b| {
        b.run("add s; add c; link s<-c");
        assert_eq!(b.status("s", "c"), "dormant");
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; driver c; link s<-c");
        assert_eq!(b.status("s", "c"), "dormant");
        assert!(b.bound("c"), "nobody forces the consumer off");
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; link s<-c");
        assert_eq!(b.status("s", "c"), "available");
    });
    board("s c", "", "", |b| {
        b.run(BOUND_BOTH);
        assert_eq!(b.status("s", "c"), "active");
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; driver c; link s<-c STATELESS");
        assert_eq!(b.status("s", "c"), "none");
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; enable s; driver s; on c probe: link s<-c, resume s; driver c");
        let resume = b.events().iter().find(|e| e["cb"] == "runtime_resume").expect("a resume").clone();
        assert_eq!(resume["consumers"][0][1], "consumer_probe");
        assert_eq!(b.status("s", "c"), "active");
    });
}

#[test]
fn s04_a_circle_is_refused_and_explained() {
    use linkwright::device::{LinkError, LinkKind, PathEdge};
    board("a b c", "", "", |b| {
        b.run("add a; add b; add c; link a<-b; link b<-c");
        for supplier in ["c", "b"] {
            assert_eq!(b.ret(&format!("link {supplier}<-a")), 0);
            assert_eq!(b.ret(&format!("link {supplier}<-a STATELESS")), 0);
        }
        let (a, c) = (b.handle("a"), b.handle("c"));
        let error = b.system().link_add(b.context(), a, c, LinkKind::MANAGED, None);
        assert_eq!(error, Err(LinkError::Cycle { consumer: a, supplier: c, length: 2 }));
        let mut path = [PathEdge { supplier: a, consumer: a, link: None }; 4];
        assert_eq!(b.system().cycle_path(a, c, &mut path), Some(2));
        assert_eq!((path[0].supplier, path[0].consumer), (a, b.handle("b")));
        assert_eq!((path[1].supplier, path[1].consumer), (b.handle("b"), c));
        assert_eq!(b.system().cycle_path(c, a, &mut path), None);
    });
}

#[test]
fn s05_s06_ancestors_may_not_consume_descendants() {
    board("p p>k k>g x", "", "", |b| {
        b.run("add p; add k; add g; add x");
        assert_eq!(b.ret("link k<-p"), 0);
        assert_eq!(b.ret("link g<-p"), 0);
        assert_eq!(b.ret("link p<-k"), 1);
        assert_eq!(b.ret("link p<-g"), 1);
        assert_eq!(b.ret("link g<-x"), 1);
        assert_eq!(b.ret("link x<-p"), 0);
        assert_eq!(b.ret("link x<-k"), 0);
    });
}

#[test]
fn s07_sync_state_links_may_close_a_circle() {
    board("a b c", "", "", |b| {
        b.run("add a; add b; add c; link a<-b; link b<-c");
        assert_eq!(b.ret("link c<-a SYNC_STATE_ONLY"), 1);
        assert_eq!(b.status("c", "a"), "dormant");
    });
    board("a b", "", "", |b| {
        b.run("add a; add b");
        assert_eq!(b.ret("link b<-a SYNC_STATE_ONLY"), 1);
        assert_eq!(b.ret("link a<-b"), 1);
    });
}

#[test]
fn s08_a_link_moves_the_consumer_and_all_below_it() {
    board("c c>ck cc o s", "", "", |b| {
        b.run("add c; add ck; add cc; add o; add s; link c<-cc");
        b.run("link s<-c SYNC_STATE_ONLY");
        for list in [Order::Sleep, Order::Shutdown] {
            assert_eq!(b.order(list), "c ck o s cc");
        }
        b.run("link s<-c");
        for list in [Order::Sleep, Order::Shutdown] {
            assert_eq!(b.order(list), "o s c ck cc");
        }
        assert_eq!(b.flags("s", "c"), "MANAGED");
    });
}

#[test]
fn s09_s10_references() {
    board("s c", "", "", |b| {
        b.run("add s; add c; link s<-c STATELESS; link s<-c STATELESS; unlink s<-c");
        assert_eq!(b.links(), 1);
        b.run("unlink s<-c");
        assert_eq!(b.links(), 0);
    });
    board("s c", "", "", |b| {
        b.run("add s; add c");
        for (command, refs) in [("link s<-c", 1), ("link s<-c", 1), ("link s<-c STATELESS", 2), ("unlink s<-c", 1)] {
            b.run(command);
            assert_eq!(b.link("s", "c")["refs"], refs, "{command}");
        }
        assert_eq!(b.status("s", "c"), "dormant");
        assert!(b.flags("s", "c").contains("MANAGED"));
    });
}

#[test]
fn s11_s12_s13_the_longer_life_wins() {
    board("s c d e", "", "", |b| {
        b.run("add s; add c; add d; add e");
        b.run("link s<-c AUTOREMOVE_CONSUMER; link s<-c; link s<-c AUTOREMOVE_CONSUMER");
        assert_eq!(b.flags("s", "c"), "MANAGED");
        b.run("link s<-d AUTOREMOVE_CONSUMER; link s<-d AUTOREMOVE_SUPPLIER; link s<-d AUTOREMOVE_CONSUMER");
        assert_eq!(b.flags("s", "d"), "AUTOREMOVE_SUPPLIER MANAGED");
        b.run("link s<-e INFERRED AUTOPROBE_CONSUMER");
        assert_eq!(b.flags("s", "e"), "AUTOPROBE_CONSUMER MANAGED INFERRED");
        b.run("link s<-e AUTOREMOVE_CONSUMER");
        assert_eq!(b.flags("s", "e"), "AUTOPROBE_CONSUMER MANAGED");
    });
}

#[test]
fn s14_s15_s16_s17_a_consumer_waits_and_follows() {
    board("s c", "", "", |b| {
        b.run("add s; add c; link s<-c; driver c");
        assert_eq!(b.ret("attach c"), -517);
        assert_eq!(b.log(), "");
        assert_eq!(b.status("s", "c"), "dormant");
        b.run("driver s");
        assert_eq!(b.log(), "pb:s pb:c");
        assert_eq!(b.status("s", "c"), "active");
        b.run("unbind c");
        assert_eq!(b.status("s", "c"), "available");
        assert!(b.bound("s"));
        b.run("bind c");
        assert_eq!(b.status("s", "c"), "active");
        b.log();
        b.run("unbind s");
        assert_eq!(b.log(), "rm:c rm:s");
        assert_eq!(b.status("s", "c"), "dormant");
        b.run("bind s");
        assert_eq!(b.log(), "pb:s");
        assert_eq!(b.status("s", "c"), "available");
        assert!(!b.bound("c"));
    });
}

#[test]
fn s18_autoprobe_brings_the_consumer_back() {
    board("s c", "", "", |b| {
        b.run("add s; add c; link s<-c AUTOPROBE_CONSUMER; driver s; driver c; unbind s");
        b.log();
        b.run("bind s");
        assert_eq!(b.log(), "pb:s pb:c");
    });
}

#[test]
fn s19_s20_autoremove() {
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; link s<-c AUTOREMOVE_CONSUMER; driver c; unbind c");
        assert_eq!(b.links(), 0);
        for error in [-5, -517] {
            b.run(&format!("link s<-c AUTOREMOVE_CONSUMER; ret c probe {error}; bind c"));
            assert_eq!(b.links(), 0, "probe answered {error}");
        }
    });
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; driver c; link s<-c AUTOREMOVE_SUPPLIER; unbind c");
        assert_eq!(b.status("s", "c"), "available");
        b.run("bind c");
        b.log();
        b.run("unbind s");
        assert_eq!(b.log(), "rm:c rm:s");
        assert_eq!(b.links(), 0);
    });
}

#[test]
fn s21_stateless_links_do_not_gate() {
    board("s c", "", "", |b| {
        b.run("add s; add c; link s<-c STATELESS; driver c");
        assert_eq!(b.log(), "pb:c");
        b.run("driver s");
        assert_eq!(b.status("s", "c"), "none");
        b.log();
        b.run("unbind s");
        assert_eq!(b.log(), "rm:s");
        assert!(b.bound("c"));
    });
}

#[test]
fn s22_s23_probe_errors() {
    board("s c x", "", "", |b| {
        b.run("add s; add c; add x; driver s; link s<-c; ret c probe -5; driver c");
        assert_eq!(b.status("s", "c"), "available");
        b.log();
        b.run("driver x");
        assert_eq!(b.log(), "pb:x");
    });
    board("c x y", "", "", |b| {
        b.run("add c; add x; add y; ret c probe -517 -517 -517; driver c");
        b.log();
        b.run("driver x; driver y");
        assert_eq!(b.log(), "pb:x pb:c pb:y pb:c");
    });
}

#[test]
fn s24_unregistering() {
    board("s c", "", "", |b| {
        b.run(BOUND_BOTH);
        b.log();
        b.run("del s");
        assert_eq!(b.log(), "rm:c rm:s");
        assert_eq!(b.links(), 0);
    });
    board("s c", "", "", |b| {
        b.run(BOUND_BOTH);
        b.log();
        b.run("del c");
        assert_eq!(b.log(), "rm:c");
        assert!(b.bound("s"));
    });
}

#[test]
fn s25_s26_chains_and_crowds() {
    board("a b c", "", "", |b| {
        b.run("add a; add b; add c; link a<-b; link b<-c; driver c; driver b; driver a");
        assert_eq!(b.log(), "pb:a pb:b pb:c");
        b.run("unbind a");
        assert_eq!(b.log(), "rm:c rm:b rm:a");
    });
    board("c1 c2 s x", "", "", |b| {
        b.run("add c1; add c2; add s; add x; link s<-c1; link s<-c2; driver c2; driver c1");
        b.run("driver x");
        assert_eq!(b.log(), "pb:x");
        b.run("driver s");
        assert_eq!(b.log(), "pb:s pb:c2 pb:c1");
        let order = b.order(Order::Sleep);
        assert!(order.ends_with("c2 c1"), "{order}");
        assert!(order.starts_with("s x"), "{order}");
    });
}

#[test]
fn s27_s28_s29_sync_state() {
    board("s c d t", "s", "", |b| {
        b.run("add s; add c; add d; add t; link s<-c; link s<-d; link s<-t STATELESS; driver s; driver c; driver d");
        assert_eq!(b.log(), "pb:s pb:c pb:d ss:s");
        b.run("unbind d; bind d");
        assert_eq!(b.log(), "rm:d pb:d");
    });
    board("s", "s", "", |b| {
        b.run("add s; driver s");
        assert_eq!(b.log(), "pb:s ss:s");
    });
    board("s c", "s", "", |b| {
        b.run("add s; add c; link s<-c SYNC_STATE_ONLY; driver c");
        assert_eq!(b.log(), "pb:c");
        assert_eq!(b.links(), 0);
        assert_eq!(b.ret("link s<-c SYNC_STATE_ONLY"), 0);
    });
    board("s c", "s", "", |b| {
        b.run("add s; add c; link s<-c SYNC_STATE_ONLY; driver s; driver c");
        assert_eq!(b.log(), "pb:s pb:c ss:s");
    });
}

#[test]
fn s30_a_link_added_to_a_waiting_consumer_does_not_delay_it() {
    board("c s1 s2", "", "", |b| {
        b.run("add c; add s1; add s2; driver s2; link s1<-c; driver c; link s2<-c");
        assert_eq!(b.status("s2", "c"), "available");
        b.log();
        b.run("driver s1");
        assert_eq!(b.log(), "pb:s1 pb:c");
    });
}

#[test]
fn s31_s32_kinds_that_meet() {
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; link s<-c AUTOREMOVE_CONSUMER; unbind s");
        assert_eq!(b.status("s", "c"), "dormant");
    });
    board("s c", "", "", |b| {
        b.run(BOUND_BOTH).run("link s<-c STATELESS");
        b.log();
        b.run("unbind s");
        assert_eq!(b.log(), "rm:c rm:s");
    });
}
