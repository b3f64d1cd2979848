//! The driver's atomic calls as machine code. Nothing is skipped: a tool that is not there is a failure.
#![forbid(unsafe_code)]

use std::sync::OnceLock;

use bench::code::{ENTRIES, Firmware, Instructions, instructions};
use linkwright::dma::Config;

#[test]
fn no_atomic_call_can_panic_or_allocate() {
    let firmware = Firmware::build().unwrap();
    let found = |entry: &&str| firmware.forbidden(entry).unwrap();
    let can: Vec<_> =
        ENTRIES.iter().map(|entry| (entry, found(entry))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(can.is_empty(), "{can:#?}");
    // What the interrupt calls is followed, planning is not.
    let interrupt = firmware.reached("entry_irq").unwrap();
    assert!(interrupt.iter().any(|name| name.contains("link::Link::deliver")));
    assert!(!interrupt.iter().any(|name| name.contains("dma::plan::emitter")));
    // What looks for panics finds one.
    assert!(!firmware.forbidden("control_panics").unwrap().is_empty());
}

/// Bounds with some room; the table of `cargo run -p bench` has the numbers.
#[test]
fn each_call_takes_few_instructions() {
    let counted = counted();
    assert!(counted.submit <= 1_450 && counted.issue <= 400, "{counted:?}");
    assert!(counted.interrupt <= 2_450, "{counted:?}");
    assert!(counted.rearm_same <= 1_600 && counted.rearm <= 1_800, "{counted:?}");
    assert!(counted.finish <= 80, "{counted:?}");
    // A counter that counts nothing shows here.
    let all = [counted.submit, counted.issue, counted.interrupt, counted.rearm_same, counted.rearm, counted.finish];
    assert!(all.iter().all(|n| *n > 20), "{counted:?}");
}

/// The longest of each step, about a tenth above what is counted.
const CRITICAL_SECTIONS: [(&str, u64); 14] = [
    ("submit", 125),
    ("issue", 240),
    ("interrupt", 480),
    ("rearm", 240),
    ("rearm_same", 240),
    ("finish", 40),
    // Eight channels that have ended.
    ("eight", 750),
    // A list of 64 blocks: it holds none for longer than one block does.
    ("list", 240),
    ("list_ended", 480),
    ("chain", 480),
    // It sees first whether the transfer has begun.
    ("cancel", 650),
    ("terminate", 730),
    // A fault of the manager with eight channels that it was to start, and with eight that it was to tell to go on: they
    // are told one by one. Nothing holds a critical section for longer.
    ("manager_fault", 1_500),
    ("lost_resumes", 1_400),
];

#[test]
fn no_critical_section_is_long() {
    let counted = counted();
    let mut wrong = Vec::new();
    for (step, most) in CRITICAL_SECTIONS {
        let found = counted.critical_section(step);
        if found == 0 || found > most {
            wrong.push(format!("{step}: {found}, at most {most}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // None was forgotten above.
    let (step, longest) = counted.longest();
    assert!(step == "manager_fault" && longest <= 1_500, "{step}: {longest}");
    println!(
        "the longest critical section: {longest} ({step}); with one command: {}",
        counted.critical_section("issue")
    );
}

/// A critical section waits for the command interface before each command at most `command_polls` times.
#[test]
fn a_busy_command_interface_adds_its_polls_and_no_more() {
    let counted = counted();
    let polls = u64::from(Config::DEFAULT.command_polls);
    let (one, most) = (counted.critical_section("issue"), counted.critical_section("lost_resumes"));
    println!("one command: {one} + command_polls x {}", counted.poll);
    println!("a manager's fault: {most} + {} x command_polls x {}", counted.commands, counted.poll);
    assert!((4..=14).contains(&counted.poll), "{counted:?}");
    // The manager's kill; the event for each of eight channels has a critical section of its own.
    assert_eq!(counted.commands, 1);
    // One that never gets ready costs all polls, and little else.
    let stuck = counted.critical_section("stuck");
    assert!(stuck <= one + polls * counted.poll && stuck > polls * (counted.poll - 1), "{counted:?}");
}

/// Counted once.
fn counted() -> &'static Instructions {
    static COUNTED: OnceLock<Instructions> = OnceLock::new();
    COUNTED.get_or_init(|| {
        let counted = instructions().unwrap();
        println!("{counted:?}");
        counted
    })
}
