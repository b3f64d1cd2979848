use std::collections::BTreeSet;
use std::sync::Mutex;

use linkwright::consumer::OperationError;
use linkwright::context::Task;
use linkwright_subsystems::reset;

use crate::{lock, number};

/// The reset lines of a chip: asserted until somebody deasserts them.
#[derive(Debug, Default)]
pub struct Resets {
    released: Mutex<BTreeSet<u32>>,
}

impl Resets {
    /// Every line is asserted.
    pub const fn new() -> Self {
        Self { released: Mutex::new(BTreeSet::new()) }
    }

    /// Has the block of this number been let run?
    pub fn is_released(&self, number: u32) -> bool {
        lock(&self.released).contains(&number)
    }
}

impl reset::Provider for Resets {
    fn assert(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        let number = number(args)?;
        lock(&self.released).remove(&number);
        Ok(())
    }

    fn deassert(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        let number = number(args)?;
        lock(&self.released).insert(number);
        Ok(())
    }
}
