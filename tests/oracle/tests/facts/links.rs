//! Links and binding.

use std::collections::BTreeSet;

use linkwright::device::{Lifetime, LinkError, LinkKind, Marks, RuntimePm};
use oracle::verdict::Mode;

use crate::bench::{on_bench, play, play_as_linux};

/// Every link that can be written down.
fn all_kinds() -> Vec<LinkKind> {
    let pm = [RuntimePm::Off, RuntimePm::Follow, RuntimePm::FollowActive];
    let lives = [Lifetime::Persistent, Lifetime::ConsumerDriver, Lifetime::SupplierDriver, Lifetime::AutoprobeConsumer];
    let marks =
        [(false, false), (true, false), (false, true), (true, true)].map(|(inferred, cycle)| Marks { inferred, cycle });
    let managed = |runtime_pm, lifetime| marks.map(|marks| LinkKind::Managed { runtime_pm, lifetime, marks });
    let stateless = pm.map(|runtime_pm| LinkKind::Stateless { runtime_pm });
    let sync_state_only = marks.map(|marks| LinkKind::SyncStateOnly { marks });
    let managed = pm.into_iter().flat_map(|pm| lives.into_iter().flat_map(move |life| managed(pm, life)));
    stateless.into_iter().chain(managed).chain(sync_state_only).collect()
}

// 1
#[test]
fn an_illegal_link_cannot_be_written_down_and_a_device_does_not_supply_itself() {
    let kinds = all_kinds();
    assert_eq!(kinds.len(), 3 + 3 * 4 * 4 + 4);
    for kind in kinds {
        on_bench(Mode::default(), "add S C", |bench| {
            bench.does("up S C");
            bench.does("unbind C");
            let (system, cx) = (bench.system(), bench.context());
            let (s, c) = (bench.device("S"), bench.device("C"));
            let link = system.link_add(cx, c, s, kind, None).expect("legal");
            let flags: BTreeSet<&str> = system.link_info(link).expect("added").flags.names().collect();
            let some_of = |names: &[&str]| names.iter().any(|name| flags.contains(name));
            let lives = ["AUTOREMOVE_CONSUMER", "AUTOREMOVE_SUPPLIER", "AUTOPROBE_CONSUMER"];
            let lifetimes = lives.iter().filter(|name| flags.contains(*name)).count();
            assert!(lifetimes <= 1, "{kind:?}: {flags:?}");
            if flags.contains("STATELESS") {
                assert!(lifetimes == 0 && !some_of(&["MANAGED", "SYNC_STATE_ONLY", "INFERRED", "CYCLE"]), "{flags:?}");
            } else {
                assert!(flags.contains("MANAGED"), "{kind:?}: {flags:?}");
            }
            if flags.contains("SYNC_STATE_ONLY") {
                assert!(lifetimes == 0 && !some_of(&["PM_RUNTIME", "RPM_ACTIVE"]), "{kind:?}: {flags:?}");
            }
            assert_eq!(system.link_add(cx, c, c, kind, None), Err(LinkError::SameDevice));
            assert_eq!(system.link_of(c, c), None);
        });
    }
}

// 2
#[test]
fn the_supplier_must_be_registered_and_the_consumer_need_not() {
    play(
        "given init S ; add C
         link S<-C             -> refused | | state(S<-C)=gone
         link S<-C STATELESS   -> refused | | state(S<-C)=gone",
    );
    play(
        "given add S ; init C
         link S<-C STATELESS   -> ok      | | state(S<-C)=none",
    );
}

// 3
#[test]
fn the_first_state_of_a_link_follows_from_both_ends() {
    // Suppliers U unbound, S bound; consumers N unbound, B bound, P probing.
    play(
        "given add U S N B P ; bind S B
         link U<-N              |                 | state(U<-N)=dormant
         link U<-B              |                 | state(U<-B)=dormant
         link S<-N              |                 | state(S<-N)=available
         link S<-B              |                 | state(S<-B)=active
         unbind B               | rm:B             | state(S<-B)=available
         link U<-P STATELESS    |                 | state(U<-P)=none
         enable S
         in P.probe : link S<-P ; get_sync S
         bind P                 | pb:P link_add:S<-P=ok rr:S get_sync:S=0 | at(rr:S,P)=consumer_probe state(S<-P)=active",
    );
    // L-9: to be probing without the supplier is no state to begin in.
    let probing = "given add U P
         in P.probe : link U<-P
         ret P.probe -EPROBE_DEFER 0";
    play(&format!(
        "{probing}
         bind P                 | pb:P=-EPROBE_DEFER link_add:U<-P=refused | state(U<-P)=gone"
    ));
    play_as_linux(&format!(
        "{probing}
         bind P                 | pb:P=-EPROBE_DEFER link_add:U<-P=ok      | state(U<-P)=dormant"
    ));
}

// 4
#[test]
fn a_link_that_closes_a_circle_is_refused() {
    play(
        "given add A B C ; link A<-B ; link B<-C
         link C<-A              -> refused | | state(C<-A)=gone
         link B<-A              -> refused | | state(B<-A)=gone
         link C<-A STATELESS    -> refused | | state(C<-A)=gone
         link B<-A STATELESS    -> refused | | state(B<-A)=gone
         link A<-C              -> ok",
    );
}

// 5
#[test]
fn a_parent_needs_no_descendant_and_a_child_may_need_its_ancestors() {
    play(
        "given add P P>K K>G
         link K<-P   -> refused | | state(K<-P)=gone
         link G<-P   -> refused | | state(G<-P)=gone
         link P<-K   -> ok
         link P<-G   -> ok",
    );
}

// 6
#[test]
fn a_parent_does_not_need_what_needs_its_descendant() {
    play(
        "given add P P>K K>G X ; link G<-X
         link X<-P   -> refused | | state(X<-P)=gone
         link X<-K   -> refused | | state(X<-K)=gone",
    );
}

// 7
#[test]
fn an_edge_that_only_delays_sync_state_may_close_a_circle_and_blocks_none() {
    play(
        "given add A B C ; link A<-B ; link B<-C
         link C<-A SYNC_STATE_ONLY   -> ok | | state(C<-A)=dormant",
    );
    play(
        "given add A B
         link B<-A SYNC_STATE_ONLY   -> ok | | state(B<-A)=dormant
         link A<-B                   -> ok | | state(A<-B)=dormant",
    );
}

// 8
#[test]
fn a_real_link_moves_the_consumer_and_all_that_depends_on_it_behind_the_supplier() {
    let before = "given add C C>CK CC O S
                  link C<-CC                 | | order=C,CK,O,S,CC";
    play(&format!(
        "{before}
         link S<-C                           | | order=O,S,C,CK,CC"
    ));
    play(&format!(
        "{before}
         link S<-C SYNC_STATE_ONLY           | | order=C,CK,O,S,CC flags(S<-C)=MANAGED+SYNC_STATE_ONLY
         link S<-C                           | | order=O,S,C,CK,CC flags(S<-C)=MANAGED"
    ));
}

// 9
#[test]
fn a_stateless_link_goes_with_its_last_user() {
    play(
        "given add S C
         link S<-C STATELESS   | | refs(S<-C)=1
         link S<-C STATELESS   | | refs(S<-C)=2
         unlink S<-C           | | refs(S<-C)=1
         unlink S<-C           | | refs(S<-C)=gone",
    );
}

// 10
#[test]
fn the_core_counts_once_and_outlives_stateless_users() {
    play(
        "given add S C
         link S<-C             | | refs(S<-C)=1
         link S<-C             | | refs(S<-C)=1
         link S<-C STATELESS   | | refs(S<-C)=2
         unlink S<-C           | | refs(S<-C)=1 state(S<-C)=dormant flags(S<-C)=STATELESS+MANAGED",
    );
}

// 11
#[test]
fn a_plain_link_makes_the_pair_persistent_for_good() {
    play(
        "given add S C
         link S<-C AUTOREMOVE_CONSUMER   | | flags(S<-C)=AUTOREMOVE_CONSUMER+MANAGED
         link S<-C                       | | flags(S<-C)=MANAGED
         link S<-C AUTOREMOVE_CONSUMER   | | flags(S<-C)=MANAGED",
    );
}

// 12
#[test]
fn the_longer_of_two_lives_wins() {
    play(
        "given add S C
         link S<-C AUTOREMOVE_CONSUMER   | | flags(S<-C)=AUTOREMOVE_CONSUMER+MANAGED
         link S<-C AUTOREMOVE_SUPPLIER   | | flags(S<-C)=AUTOREMOVE_SUPPLIER+MANAGED
         link S<-C AUTOREMOVE_CONSUMER   | | flags(S<-C)=AUTOREMOVE_SUPPLIER+MANAGED",
    );
}

// 13
#[test]
fn a_driver_confirms_an_inferred_link_and_cannot_shorten_it() {
    play(
        "given add S C
         link S<-C INFERRED AUTOPROBE_CONSUMER   | | flags(S<-C)=AUTOPROBE_CONSUMER+MANAGED+INFERRED
         link S<-C AUTOREMOVE_CONSUMER           | | flags(S<-C)=AUTOPROBE_CONSUMER+MANAGED",
    );
}

/// S without driver, and C whose driver is there.
const DEFERRED: &str = "given add S C ; link S<-C
         driver C     |             | state(S<-C)=dormant bind(C)=deferred waits(C)=S";

// 14
#[test]
fn a_consumer_is_not_probed_before_its_supplier() {
    play(DEFERRED);
}

// 15
#[test]
fn binding_the_supplier_brings_the_consumer() {
    play(&format!(
        "{DEFERRED}
         bind S       | pb:S pb:C   | state(S<-C)=active waits(C)=no"
    ));
}

// 16
#[test]
fn a_consumer_comes_and_goes_without_its_supplier_noticing() {
    play(
        "given add S C ; link S<-C ; bind S C
         unbind C     | rm:C        | state(S<-C)=available bind(S)=bound
         bind C       | pb:C        | state(S<-C)=active",
    );
}

// 17
#[test]
fn unbinding_the_supplier_forces_the_consumer_off_and_does_not_bring_it_back() {
    play(
        "given add S C ; link S<-C ; bind S C
         unbind S     | rm:C rm:S   | state(S<-C)=dormant
         bind S       | pb:S        | state(S<-C)=available bind(C)=unbound",
    );
}

// 18
#[test]
fn an_autoprobe_link_brings_the_consumer_back() {
    play(
        "given add S C ; link S<-C AUTOPROBE_CONSUMER ; bind S C
         unbind S     | rm:C rm:S   | state(S<-C)=dormant
         bind S       | pb:S pb:C   | state(S<-C)=active",
    );
}

// 19
#[test]
fn a_link_for_the_consumers_driver_goes_with_it_or_with_its_failed_probe() {
    let bound = "given add S C ; link S<-C AUTOREMOVE_CONSUMER ; bind S";
    play(&format!(
        "{bound}
         bind C       | pb:C                  | state(S<-C)=active
         unbind C     | rm:C                  | state(S<-C)=gone"
    ));
    play(&format!(
        "{bound}
         ret C.probe -EIO 0
         bind C       | pb:C=-EIO             | state(S<-C)=gone"
    ));
    play(&format!(
        "{bound}
         ret C.probe -EPROBE_DEFER 0
         bind C       | pb:C=-EPROBE_DEFER    | state(S<-C)=gone"
    ));
}

// 20
#[test]
fn a_link_for_the_suppliers_driver_outlives_the_consumers() {
    play(
        "given add S C ; link S<-C AUTOREMOVE_SUPPLIER ; bind S C
         unbind C     | rm:C        | state(S<-C)=available
         bind C       | pb:C        | state(S<-C)=active
         unbind S     | rm:C rm:S   | state(S<-C)=gone",
    );
}

// 21
#[test]
fn a_stateless_link_neither_gates_nor_unbinds() {
    play(
        "given add S C ; link S<-C STATELESS
         bind C       | pb:C        | state(S<-C)=none
         bind S       | pb:S        | state(S<-C)=none
         unbind S     | rm:S        | state(S<-C)=none bind(C)=bound",
    );
}

// 22
#[test]
fn a_failed_probe_is_not_repeated() {
    play(
        "given add S C X ; link S<-C ; bind S
         ret C.probe -EIO 0
         bind C       | pb:C=-EIO   | state(S<-C)=available bind(C)=unbound waits(C)=no
         bind X       | pb:X        | bind(C)=unbound",
    );
}

// 23
#[test]
fn a_driver_that_defers_is_asked_again_after_every_bind() {
    play(
        "given add C X
         ret C.probe -EPROBE_DEFER
         bind C       | pb:C=-EPROBE_DEFER        | waits(C)=driver
         bind X       | pb:X pb:C=-EPROBE_DEFER
         unbind X     | rm:X
         bind X       | pb:X pb:C=-EPROBE_DEFER   | bind(C)=unbound",
    );
}

// 24
#[test]
fn unregistering_either_end_ends_the_link() {
    let bound = "given add S C ; link S<-C ; bind S C";
    let (without_s, without_c) = (format!("{bound}\ndelete S | rm:C rm:S"), format!("{bound}\ndelete C | rm:C"));
    for (script, left) in [(without_s, "C"), (without_c, "S")] {
        play(&script);
        on_bench(Mode::default(), &script, |bench| {
            script.lines().for_each(|line| bench.line(line).unwrap());
            let device = bench.device(left);
            assert!(bench.system().next_supplier(device, None).is_none());
            assert!(bench.system().next_consumer(device, None).is_none());
            bench.line(&format!("| | bind({left})={}", if left == "S" { "bound" } else { "unbound" })).unwrap();
        });
    }
}

// 25
#[test]
fn a_chain_comes_up_from_its_root_and_goes_down_from_its_end() {
    play(
        "given add A B C ; link A<-B ; link B<-C ; driver C B
         bind A       | pb:A pb:B pb:C
         unbind A     | rm:C rm:B rm:A",
    );
}

// 26
#[test]
fn consumers_are_retried_in_the_order_in_which_they_were_deferred() {
    // D-2: X wakes nobody up, because nobody waits for it.
    play(
        "given add S C1 C2 X ; link S<-C1 ; link S<-C2
         driver C2
         driver C1
         bind X       | pb:X               | attempts(C1)=1 attempts(C2)=1
         bind S       | pb:S pb:C2 pb:C1   | order=X,C2,C1 attempts(C1)=2 attempts(C2)=2",
    );
}

// 27
#[test]
fn sync_state_is_called_once_when_the_last_managed_consumer_is_bound() {
    play(
        "given add S C D T ; link S<-C ; link S<-D ; link S<-T STATELESS
         has S sync_state
         bind S       | pb:S        | synced(S)=false
         bind C       | pb:C        | synced(S)=false
         bind D       | pb:D ss:S   | synced(S)=true
         unbind D     | rm:D
         bind D       | pb:D        | bind(T)=unbound",
    );
}

// 28
#[test]
fn without_consumers_sync_state_follows_the_probe() {
    play(
        "given add S
         has S sync_state
         bind S       | pb:S ss:S   | synced(S)=true",
    );
}

// 29
#[test]
fn an_edge_for_sync_state_vanishes_when_the_consumer_is_bound() {
    play(
        "given add S C ; link S<-C SYNC_STATE_ONLY
         bind C                      | pb:C        | state(S<-C)=gone",
    );
    play(
        "given add S C ; link S<-C SYNC_STATE_ONLY
         has S sync_state
         bind S                      | pb:S        | synced(S)=false
         bind C                      | pb:C ss:S   | state(S<-C)=gone
         link S<-C SYNC_STATE_ONLY   -> refused |  | state(S<-C)=gone",
    );
}

// 30
#[test]
fn a_link_added_to_a_deferred_consumer_does_not_delay_it() {
    let deferred = "given add S1 S2 C X ; link S1<-C ; bind S2 ; driver C";
    // L-10: a device that the gate deferred is not probing.
    play(&format!(
        "{deferred}
         link S2<-C   |              | state(S2<-C)=available bind(C)=deferred
         bind S1      | pb:S1 pb:C    | state(S1<-C)=active state(S2<-C)=active"
    ));
    play_as_linux(&format!(
        "{deferred}
         link S2<-C   |              | state(S2<-C)=consumer_probe
         bind S1      | pb:S1
         bind X       | pb:X pb:C     | state(S1<-C)=active state(S2<-C)=active"
    ));
}

// 31
#[test]
fn a_link_for_a_driver_that_never_came_stays() {
    play(
        "given add S C ; link S<-C AUTOREMOVE_CONSUMER ; bind S
         unbind S     | rm:S        | state(S<-C)=dormant",
    );
}

// 32
#[test]
fn a_link_with_stateless_users_too_is_managed() {
    play(
        "given add S C ; link S<-C STATELESS ; link S<-C ; bind S C
         unbind S     | rm:C rm:S   | state(S<-C)=dormant flags(S<-C)=STATELESS+MANAGED",
    );
}
