//! Runtime PM: return values, counts, parents, suppliers, errors.

use crate::bench::{play, play_as_linux};

// 44
#[test]
fn without_runtime_pm_counts_count_and_operations_fail() {
    play(
        "given add C
         get_sync C             -> -EACCES | | u(C)=1
         put_sync C             -> -EACCES | | u(C)=0
         resume_and_get C       -> -EACCES | | u(C)=0
         get C                  -> -EACCES | | u(C)=1
         get_if_active C        -> -EINVAL | | u(C)=1",
    );
}

const USED: &str = "given up C
         get_sync C             -> 0       | rr:C | u(C)=1 rpm(C)=active
         get_sync C             -> 1       |      | u(C)=2
         get C                  -> 1       |      | u(C)=3
         resume_and_get C       -> 0       |      | u(C)=4
         suspend C              -> -EAGAIN
         idle C                 -> -EAGAIN |      | rpm(C)=active";

// 45
#[test]
fn a_device_in_use_is_resumed_once_and_not_suspended() {
    play(USED);
}

// 46
#[test]
fn the_last_put_suspends_and_one_more_is_an_error() {
    play(&format!(
        "{USED}
         put_sync C             -> 0       |      | u(C)=3
         put_sync C             -> 0       |      | u(C)=2
         put_sync C             -> 0       |      | u(C)=1
         put_sync C             -> 0       | rs:C | u(C)=0 rpm(C)=suspended
         put_sync C             -> -EINVAL |      | u(C)=0
         put_noidle C           -> done    |      | u(C)=0"
    ));
}

// 47
#[test]
fn a_barrier_carries_out_a_queued_resume() {
    play(
        "given up C
         get C ; barrier C      -> 0 1     | rr:C | u(C)=1 rpm(C)=active",
    );
}

// 48
#[test]
fn a_disabled_device_keeps_the_status_it_had() {
    play(
        "given up C ; get_sync C
         disable C              |          |      | rpm(C)=active
         get_sync C             -> 1       |      | u(C)=2
         suspend C              -> -EACCES |      | rpm(C)=active",
    );
    play(
        "given up C
         disable C              |          |      | rpm(C)=suspended
         get_sync C             -> -EACCES |      | u(C)=1 rpm(C)=suspended",
    );
}

// 49
#[test]
fn a_supplier_is_held_by_each_active_consumer() {
    play(
        "given up S C E ; link S<-C PM_RUNTIME ; link S<-E PM_RUNTIME
         get_sync C             -> 0       | rr:S rr:C | u(S)=1 ra(S<-C)=2 ra(S<-E)=1
         get_sync E             -> 0       | rr:E      | u(S)=2 ra(S<-E)=2
         suspend S              -> -EAGAIN |           | rpm(S)=active
         put_sync C             -> 0       | rs:C      | u(S)=1 ra(S<-C)=1
         put_sync E             -> 0       | rs:E rs:S | u(S)=0 ra(S<-E)=1",
    );
}

// 50
#[test]
fn a_link_without_runtime_pm_resumes_nobody() {
    play(
        "given up S C ; link S<-C
         get_sync C             -> 0       | rr:C      | rpm(S)=suspended u(S)=0 ra(S<-C)=1",
    );
}

// 51
#[test]
fn a_link_to_an_active_consumer_leaves_the_supplier_as_it_is() {
    play(
        "given up S C ; get_sync C
         link S<-C PM_RUNTIME   -> ok      |           | rpm(S)=suspended u(S)=0 ra(S<-C)=1",
    );
}

// 52
#[test]
fn an_active_link_holds_the_supplier_until_the_consumers_first_suspend() {
    play(
        "given up S C
         link S<-C PM_RUNTIME RPM_ACTIVE -> ok | rr:S  | u(S)=1 ra(S<-C)=2
         get_sync C             -> 0       | rr:C      | u(S)=2 ra(S<-C)=3
         put_sync C             -> 0       | rs:C rs:S | u(S)=0 ra(S<-C)=1",
    );
}

// 53
#[test]
fn a_deleted_link_lets_go_of_the_supplier() {
    play(
        "given up S C ; link S<-C STATELESS PM_RUNTIME ; get_sync C
         unlink S<-C            |     rs:S             | u(S)=0 rpm(C)=active state(S<-C)=gone",
    );
}

const SECOND_SUPPLIER_FAILS: &str = "given up S1 S2 C ; link S1<-C PM_RUNTIME ; link S2<-C PM_RUNTIME
         ret S2.runtime_resume -EIO 0
         get_sync C             -> -EIO    | rr:S1 rr:S2=-EIO rs:S1 | u(S1)=0 u(S2)=0 rpm(C)=suspended error(C)=-EIO
         get C                  -> -EINVAL";

// 54
#[test]
fn a_supplier_that_fails_releases_the_others_and_latches_the_consumer() {
    play(SECOND_SUPPLIER_FAILS);
}

// 55
#[test]
fn setting_the_status_clears_the_error() {
    play(&format!(
        "{SECOND_SUPPLIER_FAILS}
         set_suspended S2 C     -> 0 0     |                        | error(S2)=0 error(C)=0
         get_sync C             -> 0       | rr:S1 rr:S2 rr:C       | u(S1)=1 u(S2)=1"
    ));
}

// 56
#[test]
fn suppliers_follow_a_consumer_whose_resume_failed() {
    let fails = "given up S C ; link S<-C PM_RUNTIME
         ret C.runtime_resume -EIO 0";
    // nobody uses the supplier, so it goes off.
    play(&format!(
        "{fails}
         get_sync C             -> -EIO    | rr:S rr:C=-EIO rs:S    | u(S)=0 ra(S<-C)=1 rpm(S)=suspended error(C)=-EIO"
    ));
    play_as_linux(&format!(
        "{fails}
         get_sync C             -> -EIO    | rr:S rr:C=-EIO         | u(S)=0 ra(S<-C)=1 rpm(S)=active error(C)=-EIO"
    ));
}

// 57
#[test]
fn a_device_that_is_busy_stays_active_and_may_suspend_later() {
    play(
        "given up S C ; link S<-C PM_RUNTIME ; get_sync C
         ret C.runtime_suspend -EBUSY 0
         put_sync C             -> -EBUSY  | rs:C=-EBUSY            | rpm(C)=active error(C)=0 u(S)=1
         suspend C              -> 0       | rs:C rs:S              | u(S)=0",
    );
}

// 58
#[test]
fn a_failed_suspend_is_latched_until_the_status_is_set() {
    play(
        "given up C ; get_sync C
         ret C.runtime_suspend -EIO 0
         put_sync C             -> -EIO    | rs:C=-EIO              | rpm(C)=active error(C)=-EIO
         get_sync C             -> -EINVAL
         set_active C           -> 0       |                        | error(C)=0 rpm(C)=active
         get_sync C             -> 1",
    );
}

// 59
#[test]
fn a_resume_that_may_be_repeated_is_not_latched() {
    let again = "given up C
         ret C.runtime_resume -EAGAIN 0";
    // as Linux since 6.15.
    play(&format!(
        "{again}
         get_sync C             -> -EAGAIN | rr:C=-EAGAIN           | error(C)=0 rpm(C)=suspended
         get_sync C             -> 0       | rr:C                   | rpm(C)=active"
    ));
    play_as_linux(&format!(
        "{again}
         get_sync C             -> -EAGAIN | rr:C=-EAGAIN           | error(C)=-EAGAIN rpm(C)=suspended
         get_sync C             -> -EINVAL"
    ));
}

// 60
#[test]
fn a_supplier_without_runtime_pm_is_held_all_the_same() {
    play(
        "given up C ; add S ; bind S ; link S<-C PM_RUNTIME
         get_sync C             -> 0       | rr:C      | u(S)=1 ra(S<-C)=2
         put_sync C             -> 0       | rs:C      | u(S)=0 ra(S<-C)=1",
    );
}

// 61
#[test]
fn a_chain_resumes_from_its_root_and_suspends_from_its_end() {
    play(
        "given up A B C ; link A<-B PM_RUNTIME ; link B<-C PM_RUNTIME
         get_sync C             -> 0       | rr:A rr:B rr:C
         put_sync C             -> 0       | rs:C rs:B rs:A",
    );
}

// 62
#[test]
fn parents_and_suppliers_resume_first_and_suspend_last() {
    play(
        "given up P P>B S S>K ; link K<-B PM_RUNTIME
         get_sync B             -> 0       | rr:P rr:S rr:K rr:B
         put_sync B             -> 0       | rs:B rs:P rs:K rs:S",
    );
}

// 63
#[test]
fn an_irq_safe_device_holds_its_parent_and_takes_no_supplier_along() {
    // LW0427 rejects such a spec; the model itself does as Linux does.
    play(
        "given up P P>C S ; link S<-C PM_RUNTIME
         irq_safe C             |          rr:P        | u(P)=1
         get_sync C             -> 0       | rr:C      | rpm(S)=suspended ra(S<-C)=1
         put_sync C             -> 0       | rs:C      | rpm(P)=active u(P)=1",
    );
}

// 64
#[test]
fn a_device_without_callbacks_takes_no_supplier_along() {
    // LW0427 rejects such a spec; the model itself does as Linux does.
    play(
        "given up S C ; link S<-C PM_RUNTIME ; no_callbacks C
         get_sync C             -> 1       |           | rpm(C)=active rpm(S)=suspended ra(S<-C)=1",
    );
}

// 65
#[test]
fn an_error_of_the_parent_is_latched_on_the_parent_only() {
    play(
        "given up P P>C
         ret P.runtime_resume -EIO 0
         get_sync C             -> -EBUSY  | rr:P=-EIO | error(P)=-EIO error(C)=0 rpm(C)=suspended",
    );
}

// 66
#[test]
fn a_child_is_active_only_with_its_parent_or_if_that_ignores_it() {
    play(
        "given up P P>C ; disable C
         set_active C           -> -EBUSY  |           | rpm(C)=suspended children(P)=0
         ignore_children P
         set_active C           -> 0       |           | rpm(C)=active children(P)=1
         enable C
         set_active C           -> -EAGAIN",
    );
}

// 67
#[test]
fn forbidding_counts_once() {
    play(
        "given up C
         forbid C               |       rr:C           | u(C)=1
         forbid C               |                      | u(C)=1
         allow C                |       rs:C           | u(C)=0
         allow C                |                      | u(C)=0",
    );
}

// 68
#[test]
fn a_resume_requested_during_suspend_follows_it() {
    play(
        "given up C ; get_sync C
         in C.runtime_suspend : get C
         put_sync C             -> -EAGAIN | rs:C get:C=0 rr:C      | rpm(C)=active u(C)=1",
    );
}

// 69
#[test]
fn autosuspend_waits_for_the_delay_and_an_explicit_suspend_does_not() {
    play(
        "given up C ; use_autosuspend C ; set_autosuspend_delay C 2000 ; get_sync C ; mark_last_busy C
         put_autosuspend C      -> 0       |           | rpm(C)=active u(C)=0
         idle C                 -> 0       |           | rpm(C)=active
         wait 1999              |                      | rpm(C)=active
         wait 501               |        rs:C          | rpm(C)=suspended
         get_sync C             -> 0       | rr:C
         put_sync_suspend C     -> 0       | rs:C      | rpm(C)=suspended",
    );
}

// 70
#[test]
fn a_negative_delay_is_a_use() {
    play(
        "given up C ; use_autosuspend C
         set_autosuspend_delay C -1  |     rr:C        | u(C)=1 rpm(C)=active
         set_autosuspend_delay C 0   |     rs:C        | u(C)=0 rpm(C)=suspended",
    );
}

// 71
#[test]
fn a_forced_suspend_keeps_suppliers_only_for_a_device_in_use() {
    // One use is what system sleep itself holds.
    play(
        "given up S C ; link S<-C PM_RUNTIME ; get_sync C ; get_sync C
         force_suspend C        -> 0       | rs:C      | u(S)=1 ra(S<-C)=2 rpm(C)=suspended
         force_resume C         -> 0       | rr:C      | u(S)=1 ra(S<-C)=2 rpm(C)=active",
    );
    play(
        "given up S C ; link S<-C PM_RUNTIME ; get_sync C
         force_suspend C        -> 0       | rs:C rs:S | u(S)=0 ra(S<-C)=1 rpm(C)=suspended
         force_resume C         -> 0       |           | u(S)=0 rpm(C)=suspended",
    );
}

// 72
#[test]
fn a_device_declared_active_holds_its_suppliers() {
    play(
        "given up S C ; link S<-C PM_RUNTIME ; disable C
         set_active C           -> 0       | rr:S      | u(S)=1 ra(S<-C)=2 rpm(C)=active
         enable C
         suspend C              -> 0       | rs:C rs:S | u(S)=0 ra(S<-C)=1",
    );
}

// 73
#[test]
fn an_active_link_to_a_supplier_that_fails_is_refused() {
    play(
        "given up S C
         ret S.runtime_resume -EIO 0
         link S<-C PM_RUNTIME RPM_ACTIVE -> refused | rr:S=-EIO | u(S)=0 state(S<-C)=gone",
    );
}

// 74
#[test]
fn suppliers_are_held_during_probe() {
    // The supplier's own suspend says whether it is in use.
    play(
        "given up S ; add C ; link S<-C PM_RUNTIME
         in C.probe : suspend S
         bind C                 | rr:S pb:C suspend:S=-EAGAIN rs:S | rpm_at(pb:C,S)=active u(S)=0 rpm(S)=suspended",
    );
}
