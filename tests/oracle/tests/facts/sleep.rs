//! System sleep.

use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};

use crate::bench::play;

/// Supplier, its consumer, and the consumer's child; all bound and runtime suspended.
const FAMILY: &str = "given up S C C>K ; link S<-C";

// 84
#[test]
fn every_phase_follows_links_and_parents() {
    play(&format!(
        "{FAMILY}
         system_sleep -> 0    | prepare:S,C,K suspend:K,C,S late:K,C,S noirq:K,C,S \
                                resume_noirq:S,C,K early:S,C,K resume:S,C,K complete:K,C,S | u(S)=0 u(C)=0 u(K)=0"
    ));
}

// 85
#[test]
fn a_failed_prepare_completes_those_before_it() {
    play(&format!(
        "{FAMILY}
         ret C.prepare -EIO 0
         system_sleep -> -EIO | prepare:S,C=-EIO complete:S | u(S)=0 u(C)=0 u(K)=0"
    ));
}

// 86
#[test]
fn a_failed_suspend_resumes_those_before_it() {
    play(&format!(
        "{FAMILY}
         ret C.suspend -EIO 0
         system_sleep -> -EIO | prepare:S,C,K suspend:K,C=-EIO resume:K complete:K,C,S | u(S)=0 u(C)=0 u(K)=0"
    ));
}

// 87
#[test]
fn a_failed_late_phase_is_undone_and_so_are_all_earlier_ones() {
    play(&format!(
        "{FAMILY}
         ret C.suspend_late -EIO 0
         system_sleep -> -EIO | prepare:S,C,K suspend:K,C,S late:K,C=-EIO \
                                early:K resume:S,C,K complete:K,C,S | u(S)=0 u(C)=0 u(K)=0"
    ));
}

// 88
#[test]
fn a_failed_noirq_phase_is_undone_and_so_are_all_earlier_ones() {
    play(&format!(
        "{FAMILY}
         ret C.suspend_noirq -EIO 0
         system_sleep -> -EIO | prepare:S,C,K suspend:K,C,S late:K,C,S noirq:K,C=-EIO \
                                resume_noirq:K early:S,C,K resume:S,C,K complete:K,C,S | u(S)=0 u(C)=0 u(K)=0"
    ));
}

// 89
#[test]
fn devices_that_are_all_suspended_already_stay_so() {
    play(&format!(
        "{FAMILY} ; ret S.prepare 1 ; ret C.prepare 1 ; ret K.prepare 1
         system_sleep -> 0    | prepare:S=1,C=1,K=1 complete:K,C,S | rpm(S)=suspended u(S)=0"
    ));
}

// 90
#[test]
fn a_child_that_suspends_takes_parent_and_suppliers_along() {
    play(&format!(
        "{FAMILY} ; ret S.prepare 1 ; ret C.prepare 1
         system_sleep -> 0    | prepare:S=1,C=1,K suspend:K,C,S late:K,C,S noirq:K,C,S \
                                resume_noirq:S,C,K early:S,C,K resume:S,C,K complete:K,C,S"
    ));
}

// 91
#[test]
fn a_consumer_that_suspends_takes_its_supplier_along_and_not_its_child() {
    play(&format!(
        "{FAMILY} ; ret S.prepare 1 ; ret K.prepare 1
         system_sleep -> 0    | prepare:S=1,C,K=1 suspend:C,S late:C,S noirq:C,S \
                                resume_noirq:S,C early:S,C resume:S,C complete:K,C,S"
    ));
}

// 92
#[test]
fn a_supplier_that_suspends_takes_nobody_along() {
    play(&format!(
        "{FAMILY} ; ret C.prepare 1 ; ret K.prepare 1
         system_sleep -> 0    | prepare:S,C=1,K=1 suspend:S late:S noirq:S \
                                resume_noirq:S early:S resume:S complete:K,C,S"
    ));
}

// 93
#[test]
fn a_supplier_that_is_active_suspends_though_it_need_not() {
    play(&format!(
        "{FAMILY} ; ret S.prepare 1 ; ret C.prepare 1 ; ret K.prepare 1 ; get_sync S
         system_sleep -> 0    | prepare:S=1,C=1,K=1 suspend:S late:S noirq:S \
                                resume_noirq:S early:S resume:S complete:K,C,S | rpm(S)=active u(S)=1"
    ));
}

// 94
#[test]
fn runtime_pm_works_in_suspend_and_that_of_the_device_itself_not_in_late() {
    let family = "given up S C ; link S<-C";
    play(&format!(
        "{family}
         in C.suspend : get_sync S ; put_noidle S ; get_sync C ; put_noidle C ; suspend C
         system_sleep -> 0    | prepare:S,C \
             suspend:C rr:S get_sync:S=0 put_noidle:S=done rr:C get_sync:C=0 put_noidle:C=done suspend:C=-EAGAIN suspend:S \
             late:C,S noirq:C,S resume_noirq:S,C early:S,C resume:S,C complete:C,S rs:C rs:S"
    ));
    play(&format!(
        "{family}
         in C.suspend_late : get_sync C ; put_noidle C ; get_sync S ; put_noidle S
         in C.resume_early : get_sync C ; put_noidle C
         in C.resume       : get_sync C ; put_noidle C
         system_sleep -> 0    | prepare:S,C suspend:C,S \
             late:C get_sync:C=-EACCES put_noidle:C=done rr:S get_sync:S=0 put_noidle:S=done late:S noirq:C,S \
             resume_noirq:S,C early:S,C get_sync:C=-EACCES put_noidle:C=done \
             resume:S,C rr:C get_sync:C=0 put_noidle:C=done complete:C,S rs:C rs:S"
    ));
    play(&format!(
        "{family} ; get_sync C
         in C.suspend_late : get_sync C ; put_noidle C
         system_sleep -> 0    | prepare:S,C suspend:C,S late:C get_sync:C=1 put_noidle:C=done late:S noirq:C,S \
             resume_noirq:S,C early:S,C resume:S,C complete:C,S | rpm(C)=active u(C)=1"
    ));
}

// 95
#[test]
fn a_device_that_comes_during_sleep_is_probed_at_its_end() {
    play(
        "given up S ; add D ; driver D ; unbind D
         in S.suspend : bind D
         system_sleep -> 0    | prepare:S suspend:S attach:D=-EPROBE_DEFER late:S noirq:S \
                                resume_noirq:S early:S resume:S complete:S pb:D | bind(D)=bound",
    );
}

// 96
#[test]
fn devices_that_sleep_concurrently_keep_the_order_of_their_link() {
    play(
        "given up S C ; link S<-C ; asynchronous S C
         system_sleep async -> 0 | prepare:S,C suspend:C,S late:C,S noirq:C,S \
                                   resume_noirq:S,C early:S,C resume:S,C complete:C,S",
    );
}

// 97
#[test]
fn a_consumer_that_uses_its_supplier_after_it_is_off_is_an_error_that_names_both_drivers() {
    let found = |last_use: &str, off: &str| {
        let file = |name: &str, text: String| Input::Text(name.into(), format!("linkwright: 1\n{text}\n"));
        let inputs = [
            file("ip/dmac.yaml", format!("ip: dmac\nsleep: {{ off: {off} }}\nprovides: {{ dma: {{ capacity: 8 }} }}")),
            file(
                "ip/spi.yaml",
                format!("ip: spi\nsleep: {{ last_use: {last_use} }}\nconsumes: {{ dmas: {{ tx: {{}} }} }}"),
            ),
            file(
                "soc/board.yaml",
                "soc: board\ndevices:\n  d: { ip: dmac }\n  s: { ip: spi, dmas: { tx: d/3 } }".into(),
            ),
        ];
        let reading = front::read(&inputs, &Options::default());
        // With the link that orders them.
        let edges = reading.model.as_ref().map(|model| model.socs[0].edges.len());
        let findings = reading.diagnostics.sorted().into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(edges, findings.is_empty().then_some(1));
        findings
    };
    let phases = ["suspend", "late", "noirq"];
    for (last, last_use) in phases.iter().enumerate() {
        for (first, off) in phases.iter().enumerate() {
            let findings = found(last_use, off);
            assert_eq!(findings.len(), usize::from(last > first), "{last_use} {off}: {findings:?}");
        }
    }
    let [finding] = &found("noirq", "late")[..] else { panic!("one finding") };
    assert_eq!(finding.rule, "LW0426");
    assert_eq!(finding.title, "`s` uses `d` until `noirq`, but `d` is off from `late` on");
    let labels: Vec<&str> = finding.secondary.iter().map(|label| label.text.as_str()).collect();
    assert!(labels[0].contains("driver of `spi`") && labels[1].contains("driver of `dmac`"), "{labels:?}");
}
