//! Where another driver needs less because it does less.

use crate::columns::Columns;
use crate::others::{Row, rows};

/// A driver that does not count in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exception {
    /// Names of the cases, with commas.
    pub cases: &'static str,
    /// Which driver.
    pub driver: &'static str,
    /// Name of the column.
    pub column: &'static str,
    /// The most that ours may be above it: so much it is in each of the cases.
    pub most: u64,
    /// Why.
    pub reason: &'static str,
}

const EXCEPTIONS: &str = include_str!("../data/exceptions.tsv");

/// All of them.
pub fn exceptions() -> Vec<Exception> {
    let most = |field: &str| field.parse().unwrap_or_else(|_| panic!("not a number: {field}"));
    let row = |[cases, driver, column, field, reason]: [&'static str; 5]| Exception {
        cases,
        driver,
        column,
        most: most(field),
        reason,
    };
    rows(EXCEPTIONS).map(row).collect()
}

/// The exception that lets us be worse than `row` in a column, if there is one.
pub fn exception(row: &Row, column: usize) -> Option<Exception> {
    exceptions().into_iter().find(|exception| exception.is_of(row, column))
}

impl Exception {
    /// Names of the cases.
    pub fn cases(&self) -> impl Iterator<Item = &'static str> {
        self.cases.split(", ")
    }

    /// Does it speak of this?
    pub fn is_of(&self, row: &Row, column: usize) -> bool {
        self.cases().any(|case| case == row.case) && self.driver == row.driver && self.column == Columns::NAMES[column]
    }
}
