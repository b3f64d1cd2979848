//! A report in the Test Anything Protocol over a serial port: a line for each case, and at last how many there were.

use core::fmt::{self, Write};
use core::panic::Location;

use once_cell::sync::OnceCell;

/// A serial port that bytes go out of.
pub trait Out: Sync {
    /// Send a byte, waiting for room. Any context.
    fn put(&self, byte: u8);
}

static OUT: OnceCell<&'static dyn Out> = OnceCell::new();

struct Line;

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let out = OUT.get().ok_or(fmt::Error)?;
        for byte in text.bytes() {
            out.put(byte);
        }
        Ok(())
    }
}

/// Where reports go from now on.
pub fn set_out(out: &'static dyn Out) {
    // A second one is not listened to.
    let _ = OUT.set(out);
}

/// Write a line.
pub fn line(text: fmt::Arguments<'_>) {
    // Before there is a port, nobody reads.
    let _ = writeln!(Line, "{text}");
}

/// Write a line that explains.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::report::line(format_args!("# {}", format_args!($($text)*))) };
}

/// A case is over; what was wrong is in the report already.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

/// The result of a case: one number that it counted.
pub type Verdict = Result<u32, Failed>;

/// What must be there for a case to go on.
pub trait Must<T> {
    /// It, or a line in the report that says where it was missing.
    fn must(self, what: &str) -> Result<T, Failed>;
}

#[track_caller]
fn fail(what: &str, why: &dyn fmt::Debug) -> Failed {
    note!("{}: {what}: {why:?}", Location::caller());
    Failed
}

impl<T> Must<T> for Option<T> {
    #[track_caller]
    fn must(self, what: &str) -> Result<T, Failed> {
        match self {
            Some(value) => Ok(value),
            None => Err(fail(what, &None::<()>)),
        }
    }
}

impl<T, E: fmt::Debug> Must<T> for Result<T, E> {
    #[track_caller]
    fn must(self, what: &str) -> Result<T, Failed> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(fail(what, &error)),
        }
    }
}

/// Are the two alike?
#[track_caller]
pub fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Failed> {
    if found == expected {
        return Ok(());
    }
    note!("{}: {what}: {found:?}, expected {expected:?}", Location::caller());
    Err(Failed)
}

/// Is it so?
#[track_caller]
pub fn holds(what: &str, condition: bool) -> Result<(), Failed> {
    same(what, condition, true)
}

/// Counts cases.
#[derive(Default)]
pub struct Report {
    cases: u32,
    failed: u32,
}

impl Report {
    /// Say whose it is, and how many cases are to come.
    pub fn new(board: &str, cases: usize) -> Self {
        line(format_args!("TAP version 13\n1..{cases}"));
        note!("{board}");
        Self::default()
    }

    /// One case; `unit` says what it counted.
    pub fn case(&mut self, name: &str, unit: &str, verdict: Verdict) {
        self.cases += 1;
        match verdict {
            Ok(count) => line(format_args!("ok {} - {name} # {count} {unit}", self.cases)),
            Err(Failed) => {
                self.failed += 1;
                line(format_args!("not ok {} - {name}", self.cases));
            }
        }
    }

    /// Sums. Returns whether all went well.
    pub fn end(self) -> bool {
        note!("cases {}, passed {}, failed {}", self.cases, self.cases - self.failed, self.failed);
        self.failed == 0 && self.cases > 0
    }
}
