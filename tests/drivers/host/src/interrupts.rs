use std::collections::BTreeMap;
use std::sync::Mutex;

use linkwright::consumer::OperationError;
use linkwright::context::{Task, simulated_interrupt};
use linkwright_subsystems::interrupt;

use crate::{lock, number};

/// The lines of an interrupt controller. A line is masked until its handler's driver enables it.
#[derive(Default)]
pub struct Interrupts {
    lines: Mutex<BTreeMap<u32, Line>>,
}

#[derive(Default)]
struct Line {
    handler: Option<&'static (dyn Fn() + Sync)>,
    enabled: bool,
}

impl std::fmt::Debug for Interrupts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interrupts(lines {:?})", lock(&self.lines).keys())
    }
}

impl Interrupts {
    /// Nobody listens.
    pub const fn new() -> Self {
        Self { lines: Mutex::new(BTreeMap::new()) }
    }

    /// A line is up: runs its handler as an interrupt does. `false`: nobody listens.
    pub fn raise(&self, line: u32) -> bool {
        let handler = lock(&self.lines).get(&line).filter(|line| line.enabled).and_then(|line| line.handler);
        // Outside the lock: handlers mask and unmask.
        handler.inspect(|handler| simulated_interrupt(handler)).is_some()
    }

    fn change(&self, args: &[u64], change: impl FnOnce(&mut Line)) -> Result<(), OperationError> {
        let number = number(args)?;
        change(lock(&self.lines).entry(number).or_default());
        Ok(())
    }
}

impl interrupt::Provider for Interrupts {
    fn request(
        &self,
        _: &Task<'_>,
        args: &'static [u64],
        handler: &'static (dyn Fn() + Sync),
    ) -> Result<(), OperationError> {
        self.change(args, |line| line.handler = Some(handler))
    }

    fn enable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |line| line.enabled = true)
    }

    fn disable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |line| line.enabled = false)
    }

    fn free(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        self.change(args, |line| *line = Line::default())
    }
}
