//! The rules of `runtime/DEVIATIONS.md`: what the model does, and that Linux does otherwise.

use linkwright::device::{Error, LinkError, LinkKind};
use oracle::board::{Board, board, board_with};
use oracle::verdict::{Mode, RULES};

/// Play on the model as it is and as Linux is.
fn both<R: PartialEq + std::fmt::Debug>(
    id: &str,
    devices: &str,
    play: impl Fn(&mut Board<'_, '_>) -> R,
    ours: &R,
    linux: &R,
) {
    assert_eq!(&board(devices, "", "", &play), ours, "{id}: the model");
    let mut mode = Mode::default();
    RULES.iter().find(|rule| rule.id == id).expect("a rule of that id").undo(&mut mode);
    assert_eq!(&board_with(devices, "", "", mode, &play), linux, "{id}: without the rule");
    assert_eq!(&board_with(devices, "", "", Mode::LINUX, &play), linux, "{id}: Linux");
}

#[test]
fn l1_refusing_illegal_flags_leaks_nothing() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s; add c; enable s");
        assert_eq!(b.ret("link s<-c SYNC_STATE_ONLY PM_RUNTIME RPM_ACTIVE"), 0);
        b.usage("s")
    };
    both("L-1", "s c", play, &0, &1);
}

#[test]
fn l9_a_probe_that_needs_an_unbound_supplier_is_told_to_defer() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s; add c; on c probe: link s<-c; driver c");
        (b.did(), b.status("s", "c"))
    };
    both("L-9", "s c", play, &(vec![0], String::new()), &(vec![1], "active".to_owned()));
    // The driver that obeys: it defers, and is bound after its supplier.
    board("s c", "", "", |b| {
        b.run("add s; add c; on c probe: link s<-c; ret c probe -517; driver c");
        let (c, s) = (b.handle("c"), b.handle("s"));
        assert!(b.system().link_of(c, s).is_none());
        b.log();
        b.run("driver s");
        assert_eq!(b.log(), "pb:s pb:c");
        assert_eq!(b.status("s", "c"), "active");
    });
}

#[test]
fn l10_a_waiting_consumer_gets_links_in_their_true_state() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add c; add s1; add s2; driver s2; link s1<-c; driver c; link s2<-c");
        b.log();
        b.run("driver s1");
        b.log()
    };
    both("L-10", "c s1 s2", play, &"pb:s1 pb:c".to_owned(), &"pb:s1".to_owned());
}

#[test]
fn d2_futile_attempts_switch_no_power() {
    // c waits for s1; every other bind would resume its other supplier s2 for an attempt that cannot succeed.
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s1; add s2; add c; add x; on s2 probe: enable s2; driver s2; link s1<-c; link s2<-c PM_RUNTIME; driver c");
        b.log();
        b.run("driver x");
        let futile = b.log();
        b.run("driver s1");
        assert!(b.bound("c"));
        futile
    };
    both("D-2", "s1 s2 c x", play, &"pb:x".to_owned(), &"pb:x rr:s2 rs:s2".to_owned());
}

#[test]
fn d2_counts_attempts_and_names_the_reason() {
    board("s c x y", "", "", |b| {
        b.run("add s; add c; add x; add y; link s<-c; driver c; driver x; driver y");
        let c = b.handle("c");
        assert_eq!(b.system().attempts(c), Some(1));
        assert_eq!(b.system().waiting(c).map(|w| w.to_string()), Some("waiting for s".to_owned()));
        b.run("driver s");
        assert_eq!(b.system().attempts(c), Some(2));
        assert_eq!(b.system().waiting(c), None);
    });
}

#[test]
fn d3_the_reason_names_the_declaration() {
    use linkwright::power::DeviceId;
    use linkwright::topology::{Link, Strength};
    board("s c", "", "", |b| {
        b.run("add s; add c");
        static DECLARED: Link =
            Link::managed(DeviceId::new(1), DeviceId::new(0), Strength::Hard, "dmas", "", "soc.yaml:12");
        let added = b.system().link_add(b.context(), b.handle("c"), b.handle("s"), LinkKind::MANAGED, Some(&DECLARED));
        assert!(added.is_ok());
        b.run("driver c");
        let why = b.system().waiting(b.handle("c")).map(|w| w.to_string());
        assert_eq!(why.as_deref(), Some("waiting for s because of edge `dmas` declared at soc.yaml:12"));
    });
}

/// D-2 changes who is tried, not who is bound nor in which order.
#[test]
fn d2_binds_the_same_devices_in_the_same_order() {
    use oracle::random::Numbers;
    for seed in 0..60 {
        let play = |b: &mut Board<'_, '_>| {
            let mut numbers = Numbers::new(seed);
            for d in 0..12 {
                b.run(&format!("add d{d}"));
            }
            for consumer in 1..12 {
                for _ in 0..numbers.below(3) {
                    b.run(&format!("link d{}<-d{consumer}", numbers.below(consumer)));
                }
            }
            for _ in 0..40 {
                let d = numbers.below(12);
                if b.system().driver_named(&format!("d_d{d}")).is_none() {
                    b.run(&format!("driver d{d}"));
                } else if numbers.once_in(3) {
                    b.run(&format!("unbind d{d}"));
                }
            }
            b.log()
        };
        let names: Vec<String> = (0..12).map(|d| format!("d{d}")).collect();
        let mut mode = Mode::default();
        mode.rules.retry_when_awaited = false;
        let (ours, linux) = (board(&names.join(" "), "", "", play), board_with(&names.join(" "), "", "", mode, play));
        assert_eq!(ours, linux, "seed {seed}");
    }
}

#[test]
fn r5_suppliers_go_off_after_a_failed_resume() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s; add c; on s probe: enable s; on c probe: enable c; driver s; driver c; link s<-c PM_RUNTIME");
        b.run("ret c runtime_resume -5");
        b.log();
        assert_eq!(b.ret("resume_and_get c"), -5);
        (b.log(), b.rpm("s"))
    };
    both(
        "R-5",
        "s c",
        play,
        &("rr:s rr:c rs:s".to_owned(), "suspended".to_owned()),
        &("rr:s rr:c".to_owned(), "active".to_owned()),
    );
}

#[test]
fn r6_try_again_can_be_tried_again() {
    for error in [-11, -16] {
        let play = |b: &mut Board<'_, '_>| {
            b.run(&format!("add d; on d probe: enable d; driver d; ret d runtime_resume {error}"));
            (b.ret("resume_and_get d"), b.ret("resume_and_get d"))
        };
        both("R-6", "d", play, &(error, 0), &(error, -22));
    }
    // Other errors stay, as in Linux.
    board("d", "", "", |b| {
        b.run("add d; on d probe: enable d; driver d; ret d runtime_resume -5");
        assert_eq!((b.ret("resume_and_get d"), b.ret("resume_and_get d")), (-5, -22));
    });
}

#[test]
fn r7_a_supplier_waits_its_delay_after_it_was_released() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s; add c; on s probe: enable s; on c probe: enable c; link s<-c PM_RUNTIME; driver s; driver c");
        b.run("delay s 20; use_autosuspend s; resume_and_get c; sleep 100");
        b.log();
        b.run("put c");
        let released = b.log();
        b.run("sleep 19");
        assert_eq!(b.log(), "", "too early");
        b.run("sleep 1");
        (released, b.log())
    };
    both("R-7", "s c", play, &("rs:c".to_owned(), "rs:s".to_owned()), &("rs:c rs:s".to_owned(), String::new()));
}

#[test]
fn q4_a_link_that_only_a_stateless_user_keeps_is_not_tracked() {
    let play = |b: &mut Board<'_, '_>| {
        b.run("add s; add c; driver s; driver c; link s<-c AUTOREMOVE_SUPPLIER; link s<-c STATELESS; unbind s");
        b.status("s", "c")
    };
    both("Q4", "s c", play, &"none".to_owned(), &"dormant".to_owned());
}

/// The kernel's own livelock: a deferred consumer that counts as probing, a second link, and that supplier's unbind.
#[test]
fn b1_unbinding_a_supplier_of_a_waiting_consumer_ends() {
    let set_up = |b: &mut Board<'_, '_>| {
        b.run("add s1; add s2; add c; driver s2; link s1<-c; driver c; link s2<-c");
        b.log();
    };
    board("s1 s2 c", "", "", |b| {
        set_up(b);
        let before = b.system().steps();
        b.run("unbind s2");
        assert_eq!(b.log(), "rm:s2");
        assert!(b.system().steps() - before < 100);
    });
    // Even where the consumer is said to be probing for ever, unbinding gives up and says so.
    board_with("s1 s2 c", "", "", Mode::LINUX, |b| {
        set_up(b);
        let result = b.system().device_unbind(b.context(), b.handle("s2"));
        assert_eq!(result, Err(Error::Deadlock));
        assert!(b.bound("s2"));
        // And nothing is broken: when the missing supplier comes, all goes on.
        b.run("driver s1; unbind s2");
    });
}

#[test]
fn b1_a_supplier_unbound_from_its_consumers_probe() {
    board("s c", "", "", |b| {
        b.run("add s; add c; driver s; link s<-c; on c probe: unbind s; driver c");
        assert!(b.bound("s"), "it cannot be unbound under a probing consumer");
        assert!(b.bound("c"));
        assert_eq!(b.status("s", "c"), "active");
    });
}

#[test]
fn b1_prepare_that_always_asks_to_be_asked_again() {
    board("d", "", "", |b| {
        b.run("add d; driver d; always d prepare -11");
        assert_eq!(b.ret("suspend platform"), -11);
        b.run("always d prepare 0");
        assert_eq!(b.ret("suspend platform"), 0);
    });
}

#[test]
fn b1_waiting_for_oneself_is_an_error() {
    board("d", "", "", |b| {
        b.run("add d; on d probe: enable d; driver d");
        for (callback, operation) in [
            ("runtime_suspend", "suspend d"),
            ("runtime_suspend", "resume d"),
            ("runtime_resume", "resume d"),
            ("runtime_resume", "barrier d"),
        ] {
            b.run(&format!("on d {callback}: {operation}; get_sync d; put_sync d"));
            b.run(&format!("on d {callback}: once get_if_active d"));
        }
        b.run("on d remove: unbind d; unbind d");
        assert!(!b.bound("d"));
    });
}

#[test]
fn l2_the_error_of_a_circle_tells_its_length() {
    board("a b", "", "", |b| {
        b.run("add a; add b; link a<-b");
        let error = b.system().link_add(b.context(), b.handle("a"), b.handle("b"), LinkKind::MANAGED, None);
        assert!(matches!(error, Err(LinkError::Cycle { length: 1, .. })));
    });
}
