//! System sleep: eight phases over ordered lists, undone in reverse when one fails. Source of the semantics:
//! `drivers/base/power/main.c` of Linux 6.12.

mod phases;
mod resume;
mod suspend;
mod wakeup;

use super::driver::SleepPhase;
use super::error::Errno;
use super::handle::DeviceHandle;
use super::list::Node;

/// Sleep part of a device.
#[derive(Debug)]
pub(crate) struct Sleep {
    pub(crate) flags: SleepFlags,
    pub(crate) asynchronous: bool,
    /// Its callback of the present phase is through.
    pub(crate) done: bool,
    pub(crate) suspended: bool,
    pub(crate) late_suspended: bool,
    pub(crate) noirq_suspended: bool,
    pub(crate) direct_complete: bool,
    pub(crate) may_skip_resume: bool,
    pub(crate) must_resume: bool,
    pub(crate) wakeup_path: bool,
    pub(crate) may_wake: bool,
    pub(crate) phase: SleepPhase,
    pub(crate) work: Node,
    pub(crate) ticket: u64,
}

impl Sleep {
    pub(crate) const NEW: Self = Self {
        flags: SleepFlags::NONE,
        asynchronous: false,
        done: true,
        suspended: false,
        late_suspended: false,
        noirq_suspended: false,
        direct_complete: false,
        may_skip_resume: false,
        must_resume: false,
        wakeup_path: false,
        may_wake: false,
        phase: SleepPhase::Suspend,
        work: Node::EMPTY,
        ticket: 0,
    };

    pub(crate) fn clear_flags(&mut self) {
        self.flags = SleepFlags::NONE;
    }
}

/// What a driver allows system sleep to leave out. Reset when the driver goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SleepFlags {
    /// Never leave the device runtime suspended throughout.
    pub no_direct_complete: bool,
    /// Late and noirq callbacks may be left out if the device is runtime suspended.
    pub smart_suspend: bool,
    /// Noirq and early resume callbacks may be left out if the device was not in use.
    pub may_skip_resume: bool,
}

impl SleepFlags {
    const NONE: Self = Self { no_direct_complete: false, smart_suspend: false, may_skip_resume: false };
}

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum SleepDepth {
    /// Only hold back runtime PM work.
    Freezer,
    /// Prepare, suspend, and back.
    Devices,
    /// All phases, and back at once.
    Platform,
    /// All phases, then sleep until something wakes the system.
    #[default]
    Full,
}

/// How to sleep.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SleepRequest {
    /// How far.
    pub depth: SleepDepth,
    /// Devices that allow it do their part concurrently, as far as links and parents let them.
    pub concurrent: bool,
    /// Any wakeup event during the suspend stops it, not only hard ones.
    pub check_wakeups: bool,
}

/// Where system sleep failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SleepStep {
    /// Before any phase.
    Begin,
    /// In `prepare`.
    Prepare,
    /// In a suspending phase.
    Phase(SleepPhase),
}

/// Why the system does not sleep; everything has been undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SleepError {
    /// Where it failed.
    pub step: SleepStep,
    /// Whose callback; `None`: a wakeup event stopped it.
    pub device: Option<DeviceHandle>,
    /// The error.
    pub error: Errno,
}

impl core::fmt::Display for SleepError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "system sleep failed in {:?}", self.step)?;
        if let Some(device) = self.device {
            write!(f, " of {device:?}")?;
        }
        write!(f, ": {}", self.error)
    }
}

impl core::error::Error for SleepError {}

/// The transition under way.
#[derive(Debug)]
pub(crate) struct Transition {
    pub(crate) running: bool,
    pub(crate) concurrent: bool,
    pub(crate) in_flight: u32,
    pub(crate) error: Option<Errno>,
    pub(crate) failed: Option<DeviceHandle>,
    pub(crate) check_wakeups: bool,
    pub(crate) wakeups: u32,
    pub(crate) abort: bool,
}

impl Transition {
    pub(crate) const NEW: Self = Self {
        running: false,
        concurrent: false,
        in_flight: 0,
        error: None,
        failed: None,
        check_wakeups: false,
        wakeups: 0,
        abort: false,
    };
}
