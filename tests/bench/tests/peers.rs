//! The other drivers' programs, as they are written again here, against what was counted elsewhere.
#![forbid(unsafe_code)]

use bench::cases::cases;
use bench::others::{drivers, noted, others, recorded};
use bench::peers::PEERS;

#[test]
fn they_come_to_the_numbers_that_were_counted_elsewhere() {
    let found: Vec<_> = recorded().into_iter().filter(|r| r.counted).collect();
    assert!(found.len() >= 15);
    for expected in found {
        let row = others().iter().find(|row| row.case == expected.case && row.driver == expected.driver);
        let row = row.unwrap_or_else(|| panic!("{expected:?} was not counted here"));
        assert_eq!((&row.values[..6], row.barrier), (&expected.values[..], expected.barrier), "{expected:?}");
    }
}

/// Each start of each driver touches the registers that its source touches.
#[test]
fn they_touch_the_registers_that_their_sources_touch() {
    let traffic = |driver: &str| {
        let row = others().iter().find(|row| row.driver == driver && row.values[9] == Some(1)).unwrap();
        (row.values[6].unwrap(), row.values[7].unwrap(), row.values[8].unwrap())
    };
    // Reads, writes, interrupts: start and end of one program.
    assert_eq!(traffic("Linux"), (4 + 4, 4 + 1, 1));
    assert_eq!(traffic("Zephyr"), (2 + 1, 3, 0));
    assert_eq!(traffic("Zephyr (Alif)"), (3 + 3, 4 + 1, 1));
    assert_eq!(traffic("FreeBSD"), (1, 5 + 1, 1));
    assert_eq!(traffic("Xilinx"), (4, 4 + 1, 1));
    assert_eq!(traffic("Altera"), (1 + 1, 3 + 1, 1));
}

#[test]
fn the_data_names_known_cases_and_drivers() {
    let (cases, drivers) = (cases(), drivers());
    let case = |name: &str| name == "*" || cases.iter().any(|c| c.name == name);
    let driver = |name: &str| drivers.iter().any(|d| d.name == name);
    assert!(recorded().iter().all(|r| case(r.case) && driver(r.driver)));
    assert!(noted().iter().all(|(c, d)| case(c) && driver(d)));
    assert!(PEERS.iter().all(|peer| driver(peer.name)));
    assert!(drivers.iter().all(|d| others().iter().any(|row| row.driver == d.name)), "a driver that is in no row");
    for case in &cases {
        assert!(others().iter().filter(|row| row.case == case.name).count() >= 2, "{} has no rivals", case.name);
    }
}
