//! Runtime power management: a state machine a device. Source of the semantics: `drivers/base/power/runtime.c` of
//! Linux 6.12.

mod force;
mod idle;
mod ops;
mod resume;
mod status;
mod suppliers;
mod suspend;
mod timer;

use super::error::{Errno, RpmError};
use super::handle::DeviceHandle;
use super::list::{NIL, Node};
use super::platform::Platform;
use super::state::State;
use super::storage::DeviceSlot;
use super::system::System;

/// Where a device is as far as runtime PM knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RpmStatus {
    /// It works.
    Active,
    /// Its resume callback runs.
    Resuming,
    /// It does not; while runtime PM is disabled this says nothing about the hardware.
    #[default]
    Suspended,
    /// Its suspend callback runs.
    Suspending,
}

impl RpmStatus {
    pub(crate) const fn in_transition(self) -> bool {
        matches!(self, Self::Resuming | Self::Suspending)
    }
}

/// What is queued for a device. Later ones take precedence over an idle check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    None,
    Idle,
    Suspend,
    Autosuspend,
    Resume,
}

/// Runtime PM part of a device.
#[derive(Debug)]
pub(crate) struct Rpm {
    pub(crate) status: RpmStatus,
    /// Status when runtime PM was disabled; `None` while enabled.
    pub(crate) last_status: Option<RpmStatus>,
    pub(crate) usage: u32,
    pub(crate) children: u32,
    pub(crate) disable: u32,
    pub(crate) error: Option<Errno>,
    pub(crate) request: Request,
    pub(crate) request_pending: bool,
    pub(crate) deferred_resume: bool,
    pub(crate) idle_notification: bool,
    pub(crate) timer: Option<u64>,
    pub(crate) timer_autosuspends: bool,
    pub(crate) heap_at: u32,
    pub(crate) heap_item: u32,
    pub(crate) last_busy: u64,
    /// Milliseconds; negative: never suspend.
    pub(crate) autosuspend_delay: i32,
    pub(crate) use_autosuspend: bool,
    pub(crate) irq_safe: bool,
    pub(crate) no_callbacks: bool,
    pub(crate) ignore_children: bool,
    pub(crate) auto: bool,
    pub(crate) latency_bound: bool,
    pub(crate) needs_force_resume: bool,
    /// Links with runtime PM to suppliers.
    pub(crate) links: u32,
    pub(crate) work: Node,
    pub(crate) ticket: u64,
}

impl Rpm {
    pub(crate) const NEW: Self = Self {
        status: RpmStatus::Suspended,
        last_status: None,
        usage: 0,
        children: 0,
        disable: 1,
        error: None,
        request: Request::None,
        request_pending: false,
        deferred_resume: false,
        idle_notification: false,
        timer: None,
        timer_autosuspends: false,
        heap_at: NIL,
        heap_item: NIL,
        last_busy: 0,
        autosuspend_delay: 0,
        use_autosuspend: false,
        irq_safe: false,
        no_callbacks: false,
        ignore_children: false,
        auto: true,
        latency_bound: false,
        needs_force_resume: false,
        links: 0,
        work: Node::EMPTY,
        ticket: 0,
    };

    pub(crate) const fn enabled(&self) -> bool {
        self.disable == 0
    }

    /// Suspended as far as anybody may rely on it.
    pub(crate) const fn suspended(&self) -> bool {
        matches!(self.status, RpmStatus::Suspended) && self.enabled()
    }

    pub(crate) fn child_suspended(&mut self) {
        self.children = self.children.saturating_sub(1);
    }

    /// Give a count back without consequences; silent at zero.
    pub(crate) fn put_noidle(&mut self) {
        self.usage = self.usage.saturating_sub(1);
    }

    /// May the device suspend? `Ok(true)`: it is suspended already.
    pub(crate) fn suspend_allowed(&self) -> Result<bool, RpmError> {
        if self.error.is_some() {
            Err(RpmError::Latched)
        } else if !self.enabled() {
            Err(RpmError::Disabled)
        } else if self.usage > 0 {
            Err(RpmError::InUse)
        } else if !self.ignore_children && self.children > 0 {
            Err(RpmError::ChildrenActive)
        } else if (self.deferred_resume && self.status == RpmStatus::Suspending)
            || (self.request_pending && self.request == Request::Resume)
        {
            Err(RpmError::ResumePending)
        } else if self.latency_bound {
            Err(RpmError::LatencyBound)
        } else {
            Ok(self.status == RpmStatus::Suspended)
        }
    }

    /// When the autosuspend delay is over, if that is after `now`.
    pub(crate) fn autosuspend_expiration(&self, now: u64) -> Option<u64> {
        if !self.use_autosuspend || self.autosuspend_delay < 0 {
            return None;
        }
        let expires = self.last_busy + u64::from(self.autosuspend_delay.unsigned_abs()) * 1_000_000;
        (expires > now).then_some(expires)
    }
}

/// How a runtime PM operation is to be done.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    /// Queue it.
    pub(crate) queued: bool,
    /// Do not wait for others.
    pub(crate) nowait: bool,
    /// Respect the autosuspend delay.
    pub(crate) auto: bool,
}

impl How {
    pub(crate) const SYNC: Self = Self { queued: false, nowait: false, auto: false };
    pub(crate) const QUEUED: Self = Self { queued: true, nowait: false, auto: false };
    pub(crate) const NOWAIT: Self = Self { queued: false, nowait: true, auto: false };
    pub(crate) const AUTO: Self = Self { queued: false, nowait: false, auto: true };
    pub(crate) const QUEUED_AUTO: Self = Self { queued: true, nowait: false, auto: true };
}

/// What can be asked about a device's runtime PM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RpmInfo {
    /// Its status.
    pub status: RpmStatus,
    /// Counts held.
    pub usage: u32,
    /// How many times runtime PM is disabled.
    pub disable_depth: u32,
    /// Active children.
    pub children: u32,
    /// The latched error.
    pub error: Option<Errno>,
    /// `false` while forbidden.
    pub allowed: bool,
    /// Callbacks are atomic.
    pub irq_safe: bool,
    /// Links with runtime PM to suppliers.
    pub links: u32,
}

impl<P: Platform> System<'_, P> {
    /// A device's runtime PM. Any context.
    pub fn rpm_info(&self, device: DeviceHandle) -> Option<RpmInfo> {
        self.with(|s| {
            let d = s.find(device)?;
            let r = &s.dev(d).rpm;
            Some(RpmInfo {
                status: r.status,
                usage: r.usage,
                disable_depth: r.disable,
                children: r.children,
                error: r.error,
                allowed: r.auto,
                irq_safe: r.irq_safe,
                links: r.links,
            })
        })
    }

    pub(crate) fn rpm_work(&self, cx: super::caller::Context<'_, '_>, d: u32) {
        let request = self.with(|s| {
            let r = &mut s.dev(d).rpm;
            if !r.request_pending {
                return Request::None;
            }
            r.request_pending = false;
            core::mem::replace(&mut r.request, Request::None)
        });
        let _ = match request {
            Request::None => return,
            Request::Idle => self.rpm_idle(cx, d, How::NOWAIT),
            Request::Suspend => self.rpm_suspend(cx, d, How::NOWAIT),
            Request::Autosuspend => self.rpm_suspend(cx, d, How { auto: true, ..How::NOWAIT }),
            Request::Resume => self.rpm_resume(cx, d, How::NOWAIT),
        };
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn queue_rpm(&mut self, d: u32, request: Request) {
        let r = &mut self.dev(d).rpm;
        r.request = request;
        if !r.request_pending {
            r.request_pending = true;
            let ticket = self.next_ticket();
            self.dev(d).rpm.ticket = ticket;
            self.rpm_work.push_back(self.devices, d);
        }
    }

    /// Forget what is queued and stop the timer.
    pub(crate) fn cancel_pending(&mut self, d: u32) {
        self.stop_timer(d);
        self.dev(d).rpm.request = Request::None;
    }

    /// Take the device's work off the queue.
    pub(crate) fn cancel_work(&mut self, d: u32) {
        self.rpm_work.remove(self.devices, d);
        let r = &mut self.dev(d).rpm;
        r.request = Request::None;
        r.request_pending = false;
    }

    /// Give a count back. `Ok(true)`: it was the last.
    pub(crate) fn drop_usage(&mut self, d: u32) -> Result<bool, RpmError> {
        let r = &mut self.dev(d).rpm;
        match r.usage.checked_sub(1) {
            Some(left) => {
                r.usage = left;
                Ok(left == 0)
            }
            None => {
                self.warnings += 1;
                Err(RpmError::Underflow)
            }
        }
    }
}

impl DeviceSlot<'_> {
    /// The parent, for runtime PM.
    pub(crate) const fn rpm_parent(&self) -> Option<u32> {
        self.parent
    }
}
