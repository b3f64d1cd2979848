//! The driver's atomic calls as machine code. Nothing is skipped: a tool that is not there is a failure.
#![forbid(unsafe_code)]

use bench::code::{ENTRIES, Firmware, instructions};

#[test]
fn submit_issue_and_rearm_can_neither_panic_nor_allocate() {
    let firmware = Firmware::build().unwrap();
    for entry in ENTRIES {
        assert_eq!(firmware.forbidden(entry), Ok(vec![]), "{entry}");
    }
    // What looks for panics finds one.
    assert!(!firmware.forbidden("control_panics").unwrap().is_empty());
}

/// Bounds with some room; the table of `cargo run -p bench` has the numbers.
#[test]
fn each_call_takes_few_instructions_and_none_holds_a_critical_section_for_long() {
    let counted = instructions().unwrap();
    println!("{counted:?}");
    assert!(counted.submit <= 1_600, "{counted:?}");
    assert!(counted.issue <= 600, "{counted:?}");
    assert!(counted.interrupt <= 2_700, "{counted:?}");
    assert!(counted.rearm_same <= 1_800 && counted.rearm <= 1_950, "{counted:?}");
    assert!(counted.finish <= 300, "{counted:?}");
    assert!(counted.critical_section <= 700, "{counted:?}");
    // A counter that counts nothing shows here.
    assert!(
        [counted.submit, counted.issue, counted.interrupt, counted.rearm, counted.critical_section]
            .iter()
            .all(|n| *n > 20)
    );
}
