//! Power domains.

use crate::bench::play;

// 75
#[test]
fn a_domain_is_on_while_a_member_or_an_inner_domain_needs_it() {
    play(
        "given domain H ; domain G ; subdomain H G ; up C D ; join G C ; join G D
         get_sync C   -> 0       | on:H on:G rr:C   | why(G)=member:C why(H)=subdomain
         get_sync D   -> 0       | rr:D
         put_sync C   -> 0       | rs:C             | why(G)=member:D
         put_sync D   -> 0       | rs:D off:G off:H | on(G)=false on(H)=false",
    );
}

// 76
#[test]
fn a_member_without_runtime_pm_keeps_its_domain_on() {
    play(
        "given domain G ; up C D ; join G C ; join G D ; disable D
         get_sync C   -> 0       | on:G rr:C
         put_sync C   -> 0       | rs:C             | on(G)=true why(G)=disabled:D",
    );
}

// 77
#[test]
fn a_domain_that_refuses_to_go_off_is_no_error_of_the_member() {
    play(
        "given domain G ; up C ; join G C ; get_sync C
         ret G.power_off -EBUSY 0
         put_sync C   -> 0       | rs:C off:G=-EBUSY | rpm(C)=suspended error(C)=0 on(G)=true why(G)=refused:-EBUSY
         get_sync C   -> 0       | rr:C
         put_sync C   -> 0       | rs:C off:G        | on(G)=false",
    );
}

// 78
#[test]
fn a_failed_resume_leaves_its_domains_off() {
    let members = "given domain H ; domain G ; subdomain H G ; up C ; join G C";
    play(&format!(
        "{members}
         ret G.power_on -EIO 0
         get_sync C   -> -EIO    | on:H on:G=-EIO off:H            | error(C)=-EIO on(G)=false on(H)=false"
    ));
    play(&format!(
        "{members}
         ret C.runtime_resume -EIO 0
         get_sync C   -> -EIO    | on:H on:G rr:C=-EIO off:G off:H | error(C)=-EIO on(G)=false on(H)=false"
    ));
}

// 79
#[test]
fn an_irq_safe_member_keeps_a_sleeping_domain_on_until_it_leaves() {
    play(
        "given domain N on ; up E F ; irq_safe E ; join N E ; join N F
         get_sync E   -> 0       | rr:E
         put_sync E   -> 0       | rs:E             | on(N)=true why(N)=irq_safe:E
         get_sync F   -> 0       | rr:F
         put_sync F   -> 0       | rs:F             | on(N)=true why(N)=irq_safe:E
         leave E
         get_sync F   -> 0       | rr:F
         put_sync F   -> 0       | rs:F off:N       | on(N)=false",
    );
}

// 80
#[test]
fn an_irq_safe_domain_follows_its_irq_safe_member() {
    play(
        "given domain I IRQ_SAFE ; up E ; irq_safe E ; join I E
         get_sync E   -> 0       | on:I rr:E        | on(I)=true
         put_sync E   -> 0       | rs:E off:I       | on(I)=false",
    );
}

// 81
#[test]
fn impossible_nestings_and_domains_are_refused() {
    play(
        "given domain N ; domain I IRQ_SAFE ; domain M ; domain ON on
         subdomain N I           -> -EINVAL  # an irq-safe domain in one that sleeps
         subdomain N M           -> 0
         subdomain N M           -> -EINVAL  # twice
         subdomain N N           -> -EINVAL  # in itself
         subdomain N ON          -> -EINVAL  # on in one that is off
         domain A ALWAYS_ON      -> -EINVAL  # always on, but off",
    );
}

// 82
#[test]
fn suppliers_and_their_domains_come_first_and_go_last() {
    play(
        "given domain G ; domain H ; up S C ; join G C ; join H S ; link S<-C PM_RUNTIME
         get_sync C   -> 0       | on:H rr:S on:G rr:C
         put_sync C   -> 0       | rs:C off:G rs:S off:H",
    );
}

// 83
#[test]
fn system_sleep_switches_a_domain_off_whatever_its_members_do() {
    let members = "given domain G ; up C D ; join G C ; join G D";
    play(&format!(
        "{members} ; get_sync C
         system_sleep -> 0       | prepare:C,D suspend:D,C late:D,C noirq:D,C off:G \
                                   on:G resume_noirq:C,D early:C,D resume:C,D complete:D,C | on(G)=true rpm(C)=active"
    ));
    play(&format!(
        "{members}
         system_sleep -> 0       | prepare:C,D suspend:D,C late:D,C noirq:D,C \
                                   on:G resume_noirq:C,D early:C,D resume:C,D complete:D,C off:G | on(G)=false"
    ));
}
