//! What drivers and domain providers implement, and what their callbacks are given.

use crate::context::Task;

use super::caller::Context;
use super::error::Errno;
use super::handle::{DeviceHandle, DomainHandle};
use super::platform::Platform;
use super::system::System;

/// A device as a driver sees it when asked whether it fits.
#[derive(Clone, Copy, Debug)]
pub struct DeviceInfo<'s> {
    /// Its handle.
    pub handle: DeviceHandle,
    /// Its name.
    pub name: &'s str,
    /// The number the topology gave it.
    pub number: u32,
}

/// A callback's surroundings: the system, the device, and the context to call back with.
pub struct Call<'a, 's, 't, 'cx, P: Platform> {
    pub(crate) system: &'a System<'s, P>,
    pub(crate) device: DeviceHandle,
    pub(crate) context: Context<'t, 'cx>,
}

impl<'a, 's, 't, 'cx, P: Platform> Call<'a, 's, 't, 'cx, P> {
    /// The system; every operation may be called from a callback.
    pub const fn system(&self) -> &'a System<'s, P> {
        self.system
    }

    /// The device the callback is for.
    pub const fn device(&self) -> DeviceHandle {
        self.device
    }

    /// The context, to pass on.
    pub const fn context(&self) -> Context<'t, 'cx> {
        self.context
    }

    /// The proof that the callback may sleep; `None` in the runtime PM callbacks of an irq-safe device.
    pub const fn task(&self) -> Option<&'t Task<'cx>> {
        self.context.task()
    }
}

/// What an idle callback wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Idle {
    /// Suspend the device.
    #[default]
    MaySuspend,
    /// Leave it active; the number (positive) is passed on to the caller.
    StayActive(i32),
}

/// What a prepare callback wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Prepared {
    /// The device takes part in all phases.
    #[default]
    Normal,
    /// If it is runtime suspended, it may be left so: no callbacks but `complete`.
    MayStaySuspended,
}

/// A driver. Every callback but `probe` has a default that does nothing and succeeds.
///
/// Callbacks run with no lock of the model held. Callbacks of one device never overlap, with two exceptions: a callback
/// may cause another by calling the system, and, as in Linux, a suspend or resume may begin in another thread while
/// `runtime_idle` runs (which never begins during one). All may sleep, except `runtime_*` of an irq-safe device.
pub trait Driver<P: Platform>: Sync {
    /// Its name.
    fn name(&self) -> &str;

    /// Does it fit this device? Called with the model's lock held: only look at the arguments.
    fn matches(&self, device: &DeviceInfo<'_>) -> bool;

    /// Take the device. [`Errno::PROBE_DEFER`]: try again when another device was bound.
    ///
    /// # Errors
    /// The device stays unbound.
    fn probe(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno>;

    /// Let go of the device.
    fn remove(&self, call: &Call<'_, '_, '_, '_, P>) {
        let _ = call;
    }

    /// Is there a [`sync_state`](Self::sync_state)?
    fn has_sync_state(&self) -> bool {
        false
    }

    /// All consumers are bound: resources held since boot may be dropped.
    fn sync_state(&self, call: &Call<'_, '_, '_, '_, P>) {
        let _ = call;
    }

    /// Is there a [`runtime_idle`](Self::runtime_idle)?
    fn has_runtime_idle(&self) -> bool {
        false
    }

    /// The device is not in use any more. May it suspend?
    ///
    /// # Errors
    /// The device stays active.
    fn runtime_idle(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<Idle, Errno> {
        let _ = call;
        Ok(Idle::MaySuspend)
    }

    /// Switch the device off. [`Errno::AGAIN`] and [`Errno::BUSY`] mean "not now"; other errors are latched.
    ///
    /// # Errors
    /// The device stays active.
    fn runtime_suspend(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        let _ = call;
        Ok(())
    }

    /// Switch the device on; parent, suppliers and domain are on already.
    ///
    /// # Errors
    /// The device stays suspended.
    fn runtime_resume(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        let _ = call;
        Ok(())
    }

    /// A phase of system sleep other than `prepare` and `complete`.
    ///
    /// # Errors
    /// In a suspending phase: the transition is undone.
    fn sleep(&self, phase: SleepPhase, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        let _ = (phase, call);
        Ok(())
    }

    /// First phase of system sleep. [`Errno::AGAIN`]: ask again.
    ///
    /// # Errors
    /// The transition is undone.
    fn prepare(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<Prepared, Errno> {
        let _ = call;
        Ok(Prepared::Normal)
    }

    /// Last phase of system sleep.
    fn complete(&self, call: &Call<'_, '_, '_, '_, P>) {
        let _ = call;
    }

    /// The machine is about to stop.
    fn shutdown(&self, call: &Call<'_, '_, '_, '_, P>) {
        let _ = call;
    }
}

/// The phases of system sleep with a callback of their own, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SleepPhase {
    /// Backward through the list; quiesce.
    Suspend,
    /// Backward; runtime PM of the device is disabled.
    SuspendLate,
    /// Backward; device interrupts are off.
    SuspendNoirq,
    /// Forward; device interrupts are off.
    ResumeNoirq,
    /// Forward; runtime PM of the device is disabled.
    ResumeEarly,
    /// Forward.
    Resume,
}

/// Hardware side of a power domain.
pub trait DomainOps: Sync {
    /// Switch it on. Atomic if the domain is irq-safe, else sleepable.
    ///
    /// # Errors
    /// It stays off.
    fn power_on(&self, call: &DomainCall<'_, '_>) -> Result<(), Errno> {
        let _ = call;
        Ok(())
    }

    /// Switch it off. Atomic if the domain is irq-safe, else sleepable.
    ///
    /// # Errors
    /// It stays on.
    fn power_off(&self, call: &DomainCall<'_, '_>) -> Result<(), Errno> {
        let _ = call;
        Ok(())
    }

    /// Is it on when its topology is loaded? Default: yes, as a boot loader leaves it.
    fn is_on(&self) -> bool {
        true
    }

    /// The governor: may it be switched off now? Called with the model's lock held.
    fn may_power_off(&self) -> bool {
        true
    }
}

/// A domain callback's surroundings.
#[derive(Debug)]
pub struct DomainCall<'t, 'cx> {
    pub(crate) domain: DomainHandle,
    pub(crate) context: Context<'t, 'cx>,
}

impl<'t, 'cx> DomainCall<'t, 'cx> {
    /// The domain the callback is for.
    pub const fn domain(&self) -> DomainHandle {
        self.domain
    }

    /// The context of the callback.
    pub const fn context(&self) -> Context<'t, 'cx> {
        self.context
    }
}
