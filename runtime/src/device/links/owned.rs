//! Stateless links as owned values.

use crate::device::caller::Context;
use crate::device::error::Error;
use crate::device::handle::{DeviceHandle, LinkHandle};
use crate::device::link::{LinkError, LinkKind, RuntimePm};
use crate::device::platform::Platform;
use crate::device::system::System;

use super::info::LinkInfo;

/// One reference of a stateless link: with the last one the link goes.
///
/// Dropping is for any context: the link leaves both devices at once, and what has to wait (the release of the
/// supplier's counts and its idle check) is queued. A reference to a link that went with one of its devices stays
/// valid, says so, and has nothing to give back.
#[must_use = "the link goes as soon as its last reference is dropped"]
pub struct StatelessLink<'a, 's, P: Platform> {
    system: &'a System<'s, P>,
    handle: LinkHandle,
}

impl<'s, P: Platform> System<'s, P> {
    /// Make `consumer` depend on `supplier` for as long as the returned value lives. Otherwise as
    /// [`link_add`](Self::link_add) with [`LinkKind::Stateless`].
    ///
    /// # Errors
    /// As [`link_add`](Self::link_add).
    pub fn link_stateless(
        &self,
        cx: Context<'_, '_>,
        consumer: DeviceHandle,
        supplier: DeviceHandle,
        runtime_pm: RuntimePm,
    ) -> Result<StatelessLink<'_, 's, P>, LinkError> {
        let handle = self.link_add(cx, consumer, supplier, LinkKind::Stateless { runtime_pm }, None)?;
        Ok(StatelessLink { system: self, handle })
    }
}

impl<P: Platform> StatelessLink<'_, '_, P> {
    /// The link. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`]: one of its devices is.
    pub fn info(&self) -> Result<LinkInfo, Error> {
        self.system.link_info(self.handle).ok_or(Error::Gone)
    }

    /// Give the reference back, as dropping does, and hear whether there still was one. Any context.
    ///
    /// # Errors
    /// [`Error::Gone`]: the link went with one of its devices.
    pub fn remove(self) -> Result<(), Error> {
        let system = self.system;
        system.link_del(self.into_handle())
    }

    /// Keep the link: it goes with its devices, or when somebody calls [`System::link_del`]. Any context.
    pub fn into_handle(self) -> LinkHandle {
        let handle = self.handle;
        core::mem::forget(self);
        handle
    }
}

impl<P: Platform> Drop for StatelessLink<'_, '_, P> {
    fn drop(&mut self) {
        // The only error is that the link went with its devices.
        let _ = self.system.link_del(self.handle);
    }
}

impl<P: Platform> core::fmt::Debug for StatelessLink<'_, '_, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "StatelessLink({:?})", self.handle)
    }
}
