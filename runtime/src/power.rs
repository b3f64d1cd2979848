//! Power as a proof.
//!
//! An [`Active<D>`] says that device `D` and all its suppliers run, and keeps it so while it lives. It is owned and
//! counted: leaking one leaves power on, never off. Atomic code can share and drop guards and can ask for one *if* the
//! device runs; only code with a [`Task`] can switch a device on.
//!
//! What counts is behind [`PowerCore`]: the device model of this crate, [`AlwaysOn`] for boards that switch nothing, or
//! the user's own.

#![allow(unsafe_code, reason = "declares the unsafe trait of link facts")]

use core::marker::PhantomData;

use crate::context::Task;

/// A device's number in its system, as the generated topology counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeviceId(u16);

impl DeviceId {
    /// The device with this number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl core::fmt::Display for DeviceId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "device {}", self.0)
    }
}

/// A device of the system: implemented by generated marker types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a device",
    note = "device types come from the generated crate of the SoC"
)]
pub trait Device: 'static {
    /// Its name in the spec.
    const NAME: &'static str;
    /// Its number.
    const ID: DeviceId;
    /// When system sleep switches it off, as the spec of its block says.
    const OFF: OffPhase = OffPhase::Late;
}

/// The phase of system suspend in which a device is switched off, in their order. It is on again from the phase of
/// resume that undoes this one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum OffPhase {
    /// The first: interrupts still arrive, and runtime PM still works.
    Suspend,
    /// After all devices went through the first one; runtime PM is disabled.
    #[default]
    Late,
    /// The last one: interrupts of devices are off.
    Noirq,
}

/// `Self` has a managed, power-relevant link to the supplier `S`, directly or through other suppliers.
///
/// # Safety
/// Whenever the power core holds `Self` active, it holds `S` active. Generated code implements this for the links that
/// the spec lists; a wrong one lets a driver touch hardware without power.
#[diagnostic::on_unimplemented(
    message = "the spec links `{Self}` to no supplier `{S}`",
    label = "power of `{Self}` does not keep `{S}` running",
    note = "list the supplier under the device in the spec of the SoC, which the first \
            line of the generated code names, or use the guard of a device that has the link"
)]
pub unsafe trait SuppliedBy<S: Device>: Device {}

// SAFETY: a device that is active is active.
unsafe impl<D: Device> SuppliedBy<D> for D {}

/// Why a device did not get power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PowerError {
    /// The power core knows no such device.
    Unknown(DeviceId),
    /// A supplier failed to resume.
    Supplier(DeviceId),
    /// The device itself failed to resume.
    Device(DeviceId),
    /// The system sleeps or is about to; the device cannot be switched on now.
    Asleep(DeviceId),
}

impl core::fmt::Display for PowerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown(id) => {
                write!(f, "{id} is not known to this power core; pass the core of the device's own system")
            }
            Self::Supplier(id) => write!(f, "supplier {id} failed to resume; see its driver's error"),
            Self::Device(id) => write!(f, "{id} failed to resume; see its driver's error"),
            Self::Asleep(id) => write!(f, "{id} cannot resume while the system sleeps; try again after system resume"),
        }
    }
}

impl core::error::Error for PowerError {}

/// Counts who needs which device running.
///
/// A device is *active* from a successful [`resume`](Self::resume) until some time after its last count is put. `put`,
/// `share` and `get_if_active` are atomic and never switch anything.
pub trait PowerCore: Sync + 'static {
    /// Take a count; if the device is not active, resume its suppliers and then the device first. Sleepable.
    ///
    /// # Errors
    /// [`PowerError`]; then no count was taken.
    fn resume(&self, cx: &Task<'_>, device: DeviceId) -> Result<(), PowerError>;

    /// Take a count if the device is active. Atomic.
    fn get_if_active(&self, device: DeviceId) -> bool;

    /// Take one more count of a device that the caller already holds a count of. Atomic.
    fn share(&self, device: DeviceId);

    /// Give a count back. Atomic: the device stays on; switching it off is left to sleepable code.
    fn put(&self, device: DeviceId);
}

/// One count of one device, without the device's type.
pub struct Grant {
    core: &'static dyn PowerCore,
    device: DeviceId,
}

impl Grant {
    /// As [`Active::resume`]. Sleepable.
    ///
    /// # Errors
    /// As [`PowerCore::resume`].
    #[track_caller]
    pub fn resume(cx: &Task<'_>, core: &'static dyn PowerCore, device: DeviceId) -> Result<Self, PowerError> {
        cx.might_sleep();
        core.resume(cx, device)?;
        Ok(Self { core, device })
    }

    /// As [`Active::get_if_active`]. Atomic.
    pub fn get_if_active(core: &'static dyn PowerCore, device: DeviceId) -> Option<Self> {
        // Not `then_some`: a grant that was not taken must not be dropped.
        core.get_if_active(device).then(|| Self { core, device })
    }

    /// The device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Another count of the same device. Atomic.
    #[must_use]
    pub fn share(&self) -> Self {
        self.core.share(self.device);
        Self { core: self.core, device: self.device }
    }

    /// Was this counted by `core`?
    pub fn is_from(&self, core: &'static dyn PowerCore) -> bool {
        core::ptr::addr_eq(self.core, core)
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        self.core.put(self.device);
    }
}

impl core::fmt::Debug for Grant {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Grant({})", self.device)
    }
}

/// Proof that `D` and every supplier of `D` run. Owned and counted; sharing and dropping are atomic.
#[must_use = "the device may be switched off as soon as the guard is dropped"]
pub struct Active<D: Device> {
    grant: Grant,
    device: PhantomData<fn() -> D>,
}

impl<D: Device> Active<D> {
    /// Switch the device on, suppliers first, if it is off, and keep it so. Sleepable.
    ///
    /// # Errors
    /// As [`PowerCore::resume`].
    #[track_caller]
    pub fn resume(cx: &Task<'_>, core: &'static dyn PowerCore) -> Result<Self, PowerError> {
        Grant::resume(cx, core, D::ID).map(|grant| Self { grant, device: PhantomData })
    }

    /// A guard if the device runs right now. Atomic.
    pub fn get_if_active(core: &'static dyn PowerCore) -> Option<Self> {
        Grant::get_if_active(core, D::ID).map(|grant| Self { grant, device: PhantomData })
    }

    /// Another guard. Atomic: a count is held already, so nothing has to be switched on.
    pub fn share(&self) -> Self {
        Self { grant: self.grant.share(), device: PhantomData }
    }

    /// One more count without the type. Atomic.
    pub fn grant(&self) -> Grant {
        self.grant.share()
    }

    /// Was this counted by `core`?
    pub fn is_from(&self, core: &'static dyn PowerCore) -> bool {
        self.grant.is_from(core)
    }
}

impl<D: Device> core::fmt::Debug for Active<D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Active<{}>", D::NAME)
    }
}

/// A power core for boards that never switch a device off. Keep it in a `static`.
#[derive(Debug)]
pub struct AlwaysOn {
    // Not zero-sized: two cores are told apart by their addresses.
    _place: u8,
}

impl AlwaysOn {
    /// A new one.
    #[allow(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Self {
        Self { _place: 0 }
    }
}

impl PowerCore for AlwaysOn {
    fn resume(&self, _: &Task<'_>, _: DeviceId) -> Result<(), PowerError> {
        Ok(())
    }
    fn get_if_active(&self, _: DeviceId) -> bool {
        true
    }
    fn share(&self, _: DeviceId) {}
    fn put(&self, _: DeviceId) {}
}
