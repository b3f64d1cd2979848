//! What must not get worse.
#![forbid(unsafe_code)]

use bench::cases::{AGAIN, Case, cases};
use bench::columns::Columns;
use bench::exceptions::{exception, exceptions};
use bench::others::{drivers, others};
use bench::ours::{self, steps};
use bench::peers::{Counted, Job};

fn case(name: &str) -> Case {
    cases().into_iter().find(|c| c.name == name).unwrap()
}

fn measured(name: &str) -> Counted {
    ours::all().iter().find(|(case, _)| case.name == name).unwrap().1
}

/// In every case and every column ours is at most the best of the others, but for the exceptions by name.
#[test]
fn never_worse_than_the_best_other_driver_in_any_column() {
    let mut worse = Vec::new();
    for (case, ours) in ours::all() {
        assert!(ours.barrier, "{}", case.title);
        for row in others().iter().filter(|row| row.case == case.name) {
            for (column, (ours, theirs)) in ours.columns.values().into_iter().zip(row.values).enumerate() {
                let above = theirs.map_or(0, |theirs| ours.saturating_sub(theirs));
                if above > exception(row, column).map_or(0, |exception| exception.most) {
                    let name = Columns::NAMES[column];
                    worse.push(format!("{}: {name}: ours {ours}, {} {}", case.name, row.driver, theirs.unwrap_or(0)));
                }
            }
        }
    }
    assert!(worse.is_empty(), "{worse:#?}");
}

/// An exception that excuses nothing is none, and one that excuses more than there is hides what comes.
#[test]
fn each_exception_is_needed_and_exact_in_each_of_its_cases() {
    let mut wrong = Vec::new();
    for exception in exceptions() {
        let column = Columns::NAMES.iter().position(|name| *name == exception.column).unwrap();
        for name in exception.cases() {
            let ours = measured(name).columns.values()[column];
            let row = others().iter().find(|row| row.case == name && row.driver == exception.driver).unwrap();
            let above = row.values[column].and_then(|theirs| ours.checked_sub(theirs));
            if exception.most == 0 || above != Some(exception.most) {
                wrong.push(format!("{name}: {above:?}, {exception:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_mib_and_3_bytes_with_the_source_off_by_one() {
    let ours = measured("copy-1m+3").columns;
    assert!(ours.bytes <= 70 && ours.write_bursts <= 8_195 && ours.read_bursts <= 8_195, "{ours:?}");
    assert_eq!((ours.interrupts, ours.starts), (1, 1));
}

#[test]
fn four_kib_to_a_device() {
    let bursts = measured("transmit-4k-8").columns;
    assert!(bursts.instructions <= 520 && bursts.bytes <= 36, "{bursts:?}");
    assert_eq!((bursts.read_beats, bursts.write_beats), (4096 / 8, 4096 / 4), "memory is read as wide as the bus");
    let singles = measured("transmit-4k-1").columns;
    assert!(singles.read_bursts <= 64 && singles.read_beats == 4096 / 8, "{singles:?}");
    for name in ["transmit-4k-1", "transmit-4k-8", "receive-4k-1", "receive-4k-8"] {
        assert_eq!(ours::flushes(&case(name)), 1, "{name}");
    }
}

#[test]
fn a_ring_goes_round_by_itself() {
    let lap = measured("ring-4x4k").columns;
    assert_eq!((lap.starts, lap.interrupts, lap.written, lap.allocations), (0, 4, 0, 0), "{lap:?}");
}

#[test]
fn a_list_is_one_program_and_one_interrupt() {
    for name in ["list-64x512", "list-64x512-transmit"] {
        let list = measured(name).columns;
        assert_eq!((list.starts, list.interrupts, list.allocations), (1, 1, 0), "{list:?}");
    }
}

#[test]
fn starting_the_same_transfer_again_costs_one_read_and_three_writes() {
    let steps = steps::measure();
    let least = steps::Step { reads: 1, writes: 3, allocations: 0, patched: 0 };
    assert_eq!(steps.rearm, least);
    assert_eq!(steps.issue, least);
    assert_eq!(steps::Step { patched: 0, ..steps.swap }, least);
    assert!((1..=8).contains(&steps.swap.patched), "{steps:?}");
    assert_eq!(steps.submit, steps::Step::default());
    assert_eq!(steps.dry, steps::Step::default());
    assert_eq!(steps.complete.allocations, 0);
}

#[test]
fn ten_thousand_times_the_same_transfer() {
    let ours = measured("again-10000").columns;
    let (again, first) = (u64::from(AGAIN), 8);
    assert_eq!((ours.allocations, ours.starts, ours.interrupts), (0, again, again));
    assert!(ours.written <= first, "nothing but the first addresses: {ours:?}");
    // Each: one read and three writes to start, four reads and one write to see it end.
    assert_eq!((ours.register_reads, ours.register_writes), (again * (1 + 4), again * (3 + 1)));
}

/// Beats that any burst program needs for `bytes` bytes from `offset` on: one for a head however short, one for each
/// whole word of the bus, and for a tail as many as its length has powers of two.
fn least(bytes: u32, offset: u32, bus: u32) -> u64 {
    let head = if offset == 0 { 0 } else { bus - offset };
    let rest = bytes - head;
    u64::from(u32::from(head > 0) + rest / bus + (rest % bus).count_ones())
}

/// At most one beat in a hundred more than the bytes need, at every alignment, on buses of 4 and 8 bytes.
///
/// On a bus of 16 bytes 4,096 bytes are 256 beats, of which a hundredth is 2. A block that begins at the last byte of a
/// word of the bus needs 260: one for that byte, 255, and four for a tail of 15 bytes, for a beat moves a power of two.
/// So there, below the 6,400 bytes of which those 4 are a hundredth, the bar is what any program needs if that is more.
#[test]
fn the_bus_is_used_well_at_any_alignment() {
    let mut wasteful = Vec::new();
    for (bus, lines) in [(4, 32), (8, 128), (16, 128)] {
        let offsets = |bus| (0..bus).flat_map(move |source| (0..bus).map(move |destination| (source, destination)));
        let lengths = [4096, 4099, 5000, 8191].into_iter();
        let copies: Vec<_> = lengths.flat_map(|bytes| offsets(bus).map(move |offsets| (bytes, offsets))).collect();
        let found = ours::beats(&Job { bus, lines, ..Job::copy(1) }, &copies);
        for ((bytes, offsets), (read, write)) in copies.into_iter().zip(found) {
            let bar = u64::from(bytes) * 101 / 100 / u64::from(bus);
            let most = |offset| if bus == 16 && bytes < 6_400 { bar.max(least(bytes, offset, bus)) } else { bar };
            let (most_read, most_write) = (most(offsets.0), most(offsets.1));
            if read > most_read || write > most_write {
                wasteful.push(format!(
                    "{bytes} bytes, bus {bus}, offsets {offsets:?}: {read} and {write} beats, at most {most_read} and {most_write}"
                ));
            }
        }
    }
    assert!(wasteful.is_empty(), "{} of them, such as {:#?}", wasteful.len(), &wasteful[..wasteful.len().min(20)]);
}

#[test]
fn the_report_shows_ours_beside_the_others() {
    let report = bench::report();
    assert_eq!(report.lines().filter(|line| line.trim_start().starts_with("ours ")).count(), cases().len());
    for driver in drivers() {
        assert!(report.contains(driver.name) && report.contains(driver.source));
    }
}
