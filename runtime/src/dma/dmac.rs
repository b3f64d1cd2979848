use core::fmt;
use core::mem::ManuallyDrop;

use super::channel::Channel;
use super::endpoint::{Endpoint, Port};
use super::engine::{Config, Core, Engine, Hardware};
use super::irq::irq;
use super::memory::Arena;
use super::slot::Slot;
use super::watch::{Found, watch};
use super::{Capabilities, ClaimError, Controller, Expected, Mismatch, ProbeError, equip};
use crate::context::Task;
use crate::power::{Device, DeviceId, Grant, PowerCore};

/// The engine of one DMA controller: hands out channels and serves the interrupt. Keep it in a `static`.
///
/// `CHANNELS` is how many channel threads it can use; more than the controller has do no harm.
pub struct Dmac<C: Controller, const CHANNELS: usize = 8> {
    controller: C,
    core: Core,
    /// Only who has the engine for good fills them, so there is nothing to drop.
    slots: ManuallyDrop<[Slot; CHANNELS]>,
}

impl<C: Controller> Dmac<C> {
    /// The engine of controller device `D`, for up to 8 channels.
    ///
    /// `power` counts who needs the controller; `memory` is where programs are kept, of the same bus as the buffers.
    pub const fn new<D: Device>(
        controller: C,
        power: &'static dyn PowerCore,
        memory: &'static Arena,
        config: Config,
    ) -> Self {
        Self::with_channels::<D>(controller, power, memory, config)
    }
}

impl<C: Controller, const CHANNELS: usize> Dmac<C, CHANNELS> {
    /// [`new`](Dmac::new) for another number of channels, at most 32.
    pub const fn with_channels<D: Device>(
        controller: C,
        power: &'static dyn PowerCore,
        memory: &'static Arena,
        config: Config,
    ) -> Self {
        const { assert!(CHANNELS > 0 && CHANNELS <= 32, "an engine has 1 to 32 channels") };
        let slots = ManuallyDrop::new([const { Slot::new() }; CHANNELS]);
        Self { controller, core: Core::new(D::ID, power, memory, config), slots }
    }

    /// The controller, for what the engine does not do.
    ///
    /// # Safety
    /// Nothing is done with it that the engine does: no thread that [`Config::threads`] names is started or killed,
    /// none of its events sent or cleared. A program that is started runs only over memory that nothing else uses.
    #[allow(unsafe_code, reason = "a controller that is told to writes anywhere")]
    pub unsafe fn controller(&self) -> &C {
        &self.controller
    }

    /// The controller's device.
    pub fn device(&self) -> DeviceId {
        self.core.device
    }

    /// Is the controller what its description says? Sleepable.
    ///
    /// # Errors
    /// [`ProbeError::Mismatch`] lists what differs.
    #[track_caller]
    pub fn probe(&self, cx: &Task<'_>, expected: &Expected) -> Result<Capabilities, ProbeError> {
        let _power = Grant::resume(cx, self.core.power, self.core.device).map_err(ProbeError::Power)?;
        let found = Controller::capabilities(&self.controller);
        if found == *expected { Ok(found) } else { Err(ProbeError::Mismatch(Mismatch { expected: *expected, found })) }
    }

    /// The right to transfer at endpoint `E`; for a device's port its request line is taken. Sleepable.
    ///
    /// Threads, events and program memory are taken by [`Channel::prepare`], so more may be claimed than there are.
    ///
    /// # Errors
    /// [`ClaimError`]; nothing was taken.
    #[track_caller]
    pub fn claim<E: Endpoint>(&'static self, cx: &Task<'_>) -> Result<Channel<E>, ClaimError> {
        if E::Controller::ID != self.core.device {
            return Err(ClaimError::WrongController { expected: E::Controller::ID, found: self.core.device });
        }
        equip::claim(self, cx, E::PORT.map(Port::request)).map(Channel::new)
    }

    /// Serve the controller's interrupt: call it from the handler of each of its lines, or from a loop. Atomic.
    ///
    /// Completion handlers and wakers run from here. Returns whether there was anything to do; a controller without
    /// power has nothing and is not touched. One call costs 3 register reads and 1 write, and for each transfer that
    /// ended the reads until its thread has stopped, usually 1. A program that signals in parts costs 4 reads more each
    /// time, a manager fault a few accesses.
    ///
    /// A handler or waker that panics does not keep the other channels from being served; the panic goes on to the
    /// caller.
    pub fn irq(&'static self) -> bool {
        irq(self)
    }

    /// Look for transfers that have ended without their interrupt, and complete them. For a timer, as often as the
    /// client likes. Atomic.
    ///
    /// 3 register reads, and up to 3 for each running transfer; the rest as [`irq`](Self::irq).
    pub fn watch(&'static self) -> Found {
        watch(self)
    }

    /// Write back what the controller lost with its power. Part of its driver's resume, before any channel is used.
    /// Atomic; the controller is powered.
    pub fn restore(&self) {
        self.core.enable(&self.controller, |enabled| enabled);
    }
}

impl<C: Controller, const CHANNELS: usize> Engine for Dmac<C, CHANNELS> {
    fn hardware(&self) -> &dyn Hardware {
        &self.controller
    }
    fn core(&self) -> &Core {
        &self.core
    }
    fn slots(&'static self) -> &'static [Slot] {
        &*self.slots
    }
}

impl<C: Controller, const CHANNELS: usize> fmt::Debug for Dmac<C, CHANNELS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Phases<'a>(&'a [Slot]);
        impl fmt::Debug for Phases<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0.iter().map(|slot| slot.0.with(|s| s.phase))).finish()
            }
        }
        let mut f = f.debug_struct("Dmac");
        f.field("engine", &self.core).field("channels", &Phases(&*self.slots)).finish_non_exhaustive()
    }
}
