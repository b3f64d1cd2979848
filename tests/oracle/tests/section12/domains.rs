//! 12.4: power domains.

use linkwright::device::WhyOn;
use oracle::board::{Board, board};

fn up(b: &mut Board<'_, '_>, names: &str) {
    for name in names.split_whitespace() {
        b.run(&format!("on {name} probe: enable {name}; on {name} remove: disable {name}; driver {name}"));
    }
    b.log();
}

/// G in H, c and d in G.
fn nested(b: &mut Board<'_, '_>) {
    b.run("domain H; domain G; nest H G; add c; add d; member G c; member G d");
}

#[test]
fn s75_s76_members_share_a_domain() {
    board("c d", "", "H G", |b| {
        nested(b);
        up(b, "c d");
        b.run("get_sync c");
        assert_eq!(b.log(), "on:H on:G rr:c");
        b.run("get_sync d; put_sync c");
        assert_eq!(b.log(), "rr:d rs:c");
        assert_eq!(b.system().why_on(b.domain("G")), Some(WhyOn::Member(b.handle("d"))));
        assert_eq!(b.system().why_on(b.domain("H")), Some(WhyOn::Subdomain(b.domain("G"))));
        b.run("put_sync d");
        assert_eq!(b.log(), "rs:d off:G off:H");
        assert_eq!(b.system().why_on(b.domain("G")), None);
    });
    board("c d", "", "H G", |b| {
        nested(b);
        up(b, "c");
        b.run("get_sync c");
        b.log();
        b.run("put_sync c");
        assert_eq!(b.log(), "rs:c");
        assert_eq!(b.system().why_on(b.domain("G")), Some(WhyOn::MemberDisabled(b.handle("d"))));
    });
}

#[test]
fn s77_s78_callbacks_refuse() {
    board("c d", "", "H G", |b| {
        nested(b);
        up(b, "c d");
        b.run("get_sync c; domain_ret G power_off -16");
        assert_eq!(b.ret("put_sync c"), 0);
        assert_eq!(b.rpm("c"), "suspended");
        assert!(b.domain_on("G"));
        assert_eq!(b.system().why_on(b.domain("G")), Some(WhyOn::Refused(linkwright::device::Errno::BUSY)));
        b.run("get_sync c");
        b.log();
        b.run("put_sync c");
        assert_eq!(b.log(), "rs:c off:G off:H");
    });
    board("c d", "", "H G", |b| {
        nested(b);
        up(b, "c d");
        b.run("domain_ret G power_on -5");
        assert_eq!(b.ret("get_sync c"), -5);
        assert_eq!(b.device("c")["error"], -5);
        assert!(!b.domain_on("H"));
    });
    board("c d", "", "H G", |b| {
        nested(b);
        up(b, "c d");
        b.run("ret c runtime_resume -5");
        assert_eq!(b.ret("get_sync c"), -5);
        assert_eq!(b.log(), "on:H on:G rr:c off:G off:H");
        assert_eq!(b.device("c")["error"], -5);
    });
}

#[test]
fn s79_s80_irq_safe_members() {
    board("e f", "", "N:on", |b| {
        b.run("domain N; add e; add f; member N e; member N f");
        up(b, "e f");
        b.run("irq_safe e; get_sync e; get_sync f; put_sync e; put_sync f");
        assert!(!b.log().contains("off:N"));
        assert_eq!(b.system().why_on(b.domain("N")), Some(WhyOn::IrqSafeMember(b.handle("e"))));
        b.run("leave e; get_sync f; put_sync f");
        assert_eq!(b.log(), "rr:f rs:f off:N");
    });
    board("e", "", "N:off:IRQ_SAFE", |b| {
        b.run("domain N; add e; member N e");
        up(b, "e");
        b.run("irq_safe e; get_sync e; put_sync e");
        assert_eq!(b.log(), "on:N rr:e rs:e off:N");
    });
}

#[test]
fn s81_refused_nestings() {
    board("x", "", "sleepy safe:off:IRQ_SAFE on:on off:off always:off:ALWAYS_ON", |b| {
        b.run("domain sleepy; domain safe; domain on; domain off");
        assert_eq!(b.ret("nest sleepy safe"), -22);
        assert_eq!(b.ret("nest sleepy off"), 0);
        assert_eq!(b.ret("nest sleepy off"), -22);
        assert_eq!(b.ret("nest off off"), -22);
        assert_eq!(b.ret("nest off on"), -22);
        assert_eq!(b.ret("domain always"), -22);
        assert_eq!(b.ret("nest off sleepy"), -22, "a circle of domains");
    });
}

#[test]
fn s82_domains_and_links() {
    board("c s", "", "G H", |b| {
        b.run("domain G; domain H; add s; add c; member G c; member H s");
        up(b, "s c");
        b.run("link s<-c PM_RUNTIME; get_sync c");
        assert_eq!(b.log(), "on:H rr:s on:G rr:c");
        b.run("put_sync c");
        assert_eq!(b.log(), "rs:c off:G rs:s off:H");
    });
}

#[test]
fn s83_system_sleep() {
    board("c d", "", "G", |b| {
        b.run("domain G; add c; add d; member G c; member G d");
        up(b, "c d");
        b.run("get_sync c");
        b.log();
        b.run("suspend platform");
        let log = b.log();
        assert!(log.contains("SN:c off:G on:G RN:c"), "{log}");
        assert_eq!(b.rpm("c"), "active");
        b.run("put_sync c");
        b.log();
        b.run("suspend platform");
        let log = b.log();
        assert!(log.contains("SN:c on:G RN:c"), "{log}");
        assert!(log.ends_with("off:G"), "{log}");
    });
}
