//! The other drivers' numbers: counted here, or found elsewhere.

use std::sync::OnceLock;

use crate::cases::{Case, cases};
use crate::columns::COLUMNS;
use crate::peers::{Counted, Job, PEERS, count};

/// A driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Driver {
    /// Its name in the tables.
    pub name: &'static str,
    /// Repository and path.
    pub source: &'static str,
    /// What was read.
    pub version: &'static str,
}

/// Where a row's numbers come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// Counted here: the driver's algorithm written again, its programs run and its register accesses made on the
    /// simulator.
    Counted,
    /// Read from its source.
    Read,
}

/// What a case costs with another driver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Name of the case.
    pub case: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// The numbers; `None`: not known.
    pub values: [Option<u64>; COLUMNS],
    /// The data is in memory before the end is told.
    pub barrier: bool,
    /// Where the numbers come from.
    pub how: How,
    /// What else there is to know.
    pub note: &'static str,
}

/// A row of `data/recorded.tsv`: program bytes, instructions, and the bursts and beats of both directions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Name of the case.
    pub case: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// The first columns.
    pub values: [Option<u64>; 6],
    /// There is a barrier before the end is told.
    pub barrier: bool,
    /// Counted elsewhere, or read.
    pub counted: bool,
    /// What else there is to know.
    pub note: &'static str,
}

const DRIVERS: &str = include_str!("../data/drivers.tsv");
const RECORDED: &str = include_str!("../data/recorded.tsv");
const NOTES: &str = include_str!("../data/notes.tsv");

/// The rows of a file, each of `N` fields.
pub(crate) fn rows<const N: usize>(file: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        fields.try_into().unwrap_or_else(|_| panic!("not {N} fields: {line}"))
    })
}

fn number(field: &str) -> Option<u64> {
    (field != "-").then(|| field.parse().unwrap_or_else(|_| panic!("not a number: {field}")))
}

fn either(field: &str, yes: &str, no: &str) -> bool {
    assert!(field == yes || field == no, "neither {yes} nor {no}: {field}");
    field == yes
}

/// The drivers.
pub fn drivers() -> Vec<Driver> {
    rows(DRIVERS).map(|[name, source, version]| Driver { name, source, version }).collect()
}

/// What was found elsewhere.
pub fn recorded() -> Vec<Recorded> {
    let row = |[case, driver, bytes, instructions, rb, rt, wb, wt, barrier, how, note]: [&'static str; 11]| Recorded {
        case,
        driver,
        values: [bytes, instructions, rb, rt, wb, wt].map(number),
        barrier: either(barrier, "yes", "no"),
        counted: either(how, "counted", "read"),
        note,
    };
    rows(RECORDED).map(row).collect()
}

/// The note of a driver for a case.
fn note(case: &str, driver: &str) -> &'static str {
    let mut notes: Vec<[&str; 3]> = rows(NOTES).collect();
    // What is said of the case goes before what is said of all.
    notes.sort_by_key(|[case, ..]| *case == "*");
    let fits = |[c, d, _]: &[&str; 3]| (*c == case || *c == "*") && *d == driver;
    notes.into_iter().find(fits).map_or("", |[.., note]| note)
}

/// The cases and drivers of the notes.
pub fn noted() -> Vec<(&'static str, &'static str)> {
    rows(NOTES).map(|[case, driver, _]| (case, driver)).collect()
}

fn row(case: &Case, driver: &'static str, counted: &Counted) -> Row {
    let values = counted.columns.values().map(Some);
    Row { case: case.name, driver, values, barrier: counted.barrier, how: How::Counted, note: note(case.name, driver) }
}

/// Every case with every other driver that can do it.
pub fn others() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut all = Vec::new();
        for case in cases() {
            // One transfer says what any number of them cost: nothing but the registers of a start is left over.
            let job = Job { again: case.job.again.min(3), ..case.job.clone() };
            for peer in PEERS {
                let Some(mut counted) = count(&peer, &job) else { continue };
                if case.job.again > job.again {
                    let less = Job { again: job.again - 1, ..job.clone() };
                    let Some(before) = count(&peer, &less) else { continue };
                    let step = counted.columns.minus(&before.columns);
                    counted.columns = counted.columns.plus(&step.times(u64::from(case.job.again - job.again)));
                }
                all.push(row(&case, peer.name, &counted));
            }
            for found in recorded().iter().filter(|r| r.case == case.name && !r.counted) {
                let mut values = [None; COLUMNS];
                values[..6].copy_from_slice(&found.values);
                let (driver, barrier, note) = (found.driver, found.barrier, found.note);
                all.push(Row { case: case.name, driver, values, barrier, how: How::Read, note });
            }
        }
        all
    })
}

/// The most frugal of the others in a column of a case, among those that `fair` lets count.
pub fn best(case: &str, column: usize, fair: impl Fn(&Row) -> bool) -> Option<(u64, &'static Row)> {
    let rows = others().iter().filter(|row| row.case == case && fair(row));
    rows.filter_map(|row| row.values[column].map(|value| (value, row))).min_by_key(|(value, _)| *value)
}
