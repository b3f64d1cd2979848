use super::channel::Channel;
use super::endpoint::{Endpoint, Port};
use super::engine::Engine;
use super::{ClaimError, Controller, Dmac, equip};
use crate::context::Task;
use crate::power::Device;

/// The engine of some controller, without the controller's type: what a board names as the provider of its channels.
/// Every [`Dmac`] is one.
#[allow(private_bounds, reason = "sealed: engines are of this crate")]
pub trait Provider: Engine + 'static {}

impl<C: Controller, const CHANNELS: usize> Provider for Dmac<C, CHANNELS> {}

impl dyn Provider {
    /// As [`Dmac::claim`]. Sleepable.
    ///
    /// # Errors
    /// As [`Dmac::claim`].
    #[track_caller]
    pub fn claim<E: Endpoint>(&'static self, cx: &Task<'_>) -> Result<Channel<E>, ClaimError> {
        let (expected, found) = (E::Controller::ID, self.core().device);
        if expected != found {
            return Err(ClaimError::WrongController { expected, found });
        }
        equip::claim(self, cx, E::PORT.map(Port::request)).map(Channel::new)
    }

    /// As [`Dmac::restore`]. Atomic; the controller is powered.
    pub fn restore(&'static self) {
        self.core().enable(self.hardware(), |enabled| enabled);
    }
}

impl core::fmt::Debug for dyn Provider {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.core(), f)
    }
}
