//! Where another driver needs less because it does less.

use crate::columns::Columns;
use crate::others::{Row, rows};

/// A driver that does not count in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exception {
    /// Name of the case; `*`: all.
    pub case: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// Name of the column; `*`: all.
    pub column: &'static str,
    /// Why.
    pub reason: &'static str,
}

const EXCEPTIONS: &str = include_str!("../data/exceptions.tsv");

/// All of them.
pub fn exceptions() -> Vec<Exception> {
    rows(EXCEPTIONS).map(|[case, driver, column, reason]| Exception { case, driver, column, reason }).collect()
}

/// The exception that lets us be worse than `row` in a column, if there is one.
pub fn exception(row: &Row, column: usize) -> Option<Exception> {
    let fits = |named: &str, name: &str| named == "*" || named == name;
    let fits =
        |e: &Exception| fits(e.case, row.case) && e.driver == row.driver && fits(e.column, Columns::NAMES[column]);
    exceptions().into_iter().find(fits)
}
