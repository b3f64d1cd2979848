use std::collections::BTreeMap;
use std::sync::Mutex;

use linkwright::consumer::OperationError;
use linkwright::context::Task;
use linkwright_subsystems::clk;

use crate::{lock, number};

/// The clocks of a chip, all of one frequency, and with a divider that is not remembered. Only a prepared clock can be enabled, and what is enabled stays prepared.
#[derive(Debug)]
pub struct Clocks {
    hertz: u64,
    counts: Mutex<BTreeMap<u32, Counts>>,
    switched: fn(u32, bool),
}

#[derive(Clone, Copy, Default, Debug)]
struct Counts {
    prepared: u32,
    enabled: u32,
}

impl Clocks {
    /// None runs yet. `switched` is told when the clock of a number begins to run, and when it stops.
    pub const fn new(hertz: u64, switched: fn(u32, bool)) -> Self {
        Self { hertz, counts: Mutex::new(BTreeMap::new()), switched }
    }

    /// Numbers of the clocks that run.
    pub fn running(&self) -> Vec<u32> {
        lock(&self.counts).iter().filter(|(_, counts)| counts.enabled > 0).map(|(number, _)| *number).collect()
    }

    fn change(&self, args: &[u64], change: impl FnOnce(&mut Counts) -> Option<()>) -> Result<(), OperationError> {
        let number = number(args)?;
        let (before, after) = {
            let mut all = lock(&self.counts);
            let counts = all.entry(number).or_default();
            let before = counts.enabled > 0;
            change(counts).ok_or(OperationError::Failed)?;
            (before, counts.enabled > 0)
        };
        if before != after {
            (self.switched)(number, after);
        }
        Ok(())
    }
}

impl clk::Provider for Clocks {
    fn prepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |counts| {
            counts.prepared += 1;
            Some(())
        })
    }

    fn enable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |counts| {
            counts.enabled += (counts.prepared > 0).then_some(1)?;
            Some(())
        })
    }

    fn disable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |counts| {
            counts.enabled = counts.enabled.checked_sub(1)?;
            Some(())
        })
    }

    fn unprepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |counts| {
            counts.prepared = counts.prepared.checked_sub(1).filter(|left| *left >= counts.enabled.min(1))?;
            Some(())
        })
    }

    fn rate(&self, _: &Task<'_>, _: &'static [u64]) -> Result<u64, OperationError> {
        Ok(self.hertz)
    }

    fn set_rate(&self, _: &Task<'_>, _: &'static [u64], hertz: u64) -> Result<u64, OperationError> {
        // The next rate below that a whole divisor makes.
        let divisor = self.hertz.checked_next_multiple_of(hertz).and_then(|multiple| multiple.checked_div(hertz));
        divisor.and_then(|divisor| self.hertz.checked_div(divisor)).ok_or(OperationError::Range)
    }
}
