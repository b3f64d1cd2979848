//! Who calls, and may it sleep.

use crate::context::Task;

use super::handle::{DeviceHandle, DomainHandle};

/// On whose behalf a callback runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The operation that somebody called.
    Caller,
    /// The queued runtime PM request of a device.
    RuntimePm(DeviceHandle),
    /// The queued power-off attempt of a domain.
    DomainOff(DomainHandle),
    /// Other queued work: deferred probing, asynchronous suspend.
    Worker,
}

/// The context of a call: the proof that it may sleep, if it may, and on whose behalf it is made.
///
/// A driver that calls back into the system passes on the context it was given.
#[derive(Clone, Copy, Debug)]
pub struct Context<'t, 'cx> {
    task: Option<&'t Task<'cx>>,
    origin: Origin,
}

impl<'t, 'cx> Context<'t, 'cx> {
    /// A caller that may sleep.
    pub const fn sleepable(task: &'t Task<'cx>) -> Self {
        Self { task: Some(task), origin: Origin::Caller }
    }

    /// A caller that may not: an interrupt handler, a completion callback.
    pub const fn atomic() -> Self {
        Self { task: None, origin: Origin::Caller }
    }

    /// The proof that this context may sleep.
    pub const fn task(&self) -> Option<&'t Task<'cx>> {
        self.task
    }

    /// On whose behalf.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// May this context not sleep?
    pub const fn is_atomic(&self) -> bool {
        self.task.is_none()
    }

    pub(crate) const fn without_sleep(self) -> Self {
        Self { task: None, ..self }
    }

    pub(crate) const fn on_behalf_of(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }
}

impl<'t, 'cx> From<&'t Task<'cx>> for Context<'t, 'cx> {
    fn from(task: &'t Task<'cx>) -> Self {
        Self::sleepable(task)
    }
}
