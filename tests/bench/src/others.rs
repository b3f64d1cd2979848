//! The other drivers' numbers.

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

/// What a copy costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Bytes of the program, or of all programs.
    pub bytes: u64,
    /// Instructions executed.
    pub instructions: u64,
    /// Bursts read.
    pub read_bursts: u64,
    /// Beats read.
    pub read_beats: u64,
    /// Bursts written.
    pub write_bursts: u64,
    /// Beats written.
    pub write_beats: u64,
    /// The data is in memory before completion is told.
    pub barrier: bool,
}

impl Cost {
    /// The numbers in the order of the table's columns.
    pub fn columns(&self) -> [u64; 6] {
        [self.bytes, self.instructions, self.read_bursts, self.read_beats, self.write_bursts, self.write_beats]
    }
}

/// What a copy costs with another driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copy {
    /// Which copy: the name of a [`Case`](crate::copies::Case).
    pub case: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// What it costs.
    pub cost: Cost,
    /// The numbers were counted in its programs, not read from its source.
    pub counted: bool,
    /// What else there is to know.
    pub note: &'static str,
}

/// Register accesses of one step with another driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// Which step.
    pub step: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// Reads.
    pub reads: u64,
    /// Writes.
    pub writes: u64,
    /// Of which registers.
    pub note: &'static str,
}

/// Microcode written to start the same transfer again with another driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rearm {
    /// Which driver.
    pub driver: &'static str,
    /// Bytes of microcode written.
    pub microcode: u64,
    /// What else there is to know.
    pub note: &'static str,
}

const DRIVERS: &str = include_str!("../data/drivers.tsv");
const COPIES: &str = include_str!("../data/copies.tsv");
const TRAFFIC: &str = include_str!("../data/traffic.tsv");
const REARM: &str = include_str!("../data/rearm.tsv");

/// The rows of a file, each of `N` fields.
fn rows<const N: usize>(file: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        fields.try_into().unwrap_or_else(|_| panic!("not {N} fields: {line}"))
    })
}

fn number(field: &str) -> u64 {
    field.parse().unwrap_or_else(|_| panic!("not a number: {field}"))
}

fn either(field: &str, yes: &str, no: &str) -> bool {
    assert!(field == yes || field == no, "neither {yes} nor {no}: {field}");
    field == yes
}

/// The drivers.
pub fn drivers() -> Vec<Driver> {
    rows(DRIVERS).map(|[name, source, version]| Driver { name, source, version }).collect()
}

/// Copies by other drivers.
pub fn copies() -> Vec<Copy> {
    let row = |[case, driver, bytes, instructions, rb, rt, wb, wt, barrier, how, note]: [&'static str; 11]| Copy {
        case,
        driver,
        cost: Cost {
            bytes: number(bytes),
            instructions: number(instructions),
            read_bursts: number(rb),
            read_beats: number(rt),
            write_bursts: number(wb),
            write_beats: number(wt),
            barrier: either(barrier, "yes", "no"),
        },
        counted: either(how, "counted", "read"),
        note,
    };
    rows(COPIES).map(row).collect()
}

/// Register accesses by other drivers.
pub fn traffic() -> Vec<Traffic> {
    let row = |[step, driver, reads, writes, _, note]: [&'static str; 6]| Traffic {
        step,
        driver,
        reads: number(reads),
        writes: number(writes),
        note,
    };
    rows(TRAFFIC).map(row).collect()
}

/// Starting the same transfer again with other drivers.
pub fn rearms() -> Vec<Rearm> {
    rows(REARM).map(|[driver, microcode, _, note]| Rearm { driver, microcode: number(microcode), note }).collect()
}
