//! What a driver is made of: the resources of its device as typed values.
//!
//! Generated code says what there is: a [`Subsystem`] for each kind of resource, an instance trait for each ip with one
//! [`Reference`] for each entry of its `consumes`, and for each device of a SoC the references that it has. A driver's
//! struct has them as fields and derives [`Consumer`]: acquiring in order, giving back in reverse, and runtime PM follow
//! from the specs. A [`Board`] says which driver provides what; the compiler checks that nothing is missing.
//!
//! ```text
//!   subsystem spec -> Subsystem, its handle and its provider trait      generated/subsystems
//!   ip spec        -> Instance trait, one field type for each resource  generated/<ip>
//!   soc spec       -> impl Instance for each device                     generated/<soc>
//!   driver crate   -> #[derive(Consumer)] struct Uart<I, B> { … }       knows no SoC
//!   board crate    -> impl Board, `providers!`, a `Bound` for each device
//! ```

mod board;
mod bound;
mod error;
mod example;
mod reference;

pub use board::{Board, Provides};
pub use bound::Bound;
pub use error::{AcquireError, OperationError};
pub use example::{Example, ExampleBoard, Nobody, NotWired, NotWiredPort};
#[cfg(feature = "derive")]
pub use linkwright_macros::Consumer;
pub use reference::{Acquire, Dma, Handle, Mapped, Reference, Stage, Staged, Subsystem, Supplied, stage_all, window};

use crate::context::Task;
use crate::power::{Active, Device, PowerError};

/// A driver whose fields are the resources of its device: derived.
pub trait Consumer: Sized + 'static {
    /// The device it drives.
    type Device: Device;
    /// The board it is on.
    type Board: Board;
    /// Its resources, in the order they are acquired: what the ip's spec calls them.
    const RESOURCES: &'static [&'static str];

    /// Acquire every resource, and make them ready as the specs say; on failure what was acquired is given back in
    /// reverse. Sleepable.
    ///
    /// # Errors
    /// [`AcquireError`] names the resource.
    fn acquire(cx: &Task<'_>) -> Result<Self, AcquireError>;

    /// Undo [`acquire`](Self::acquire): everything back in reverse. Sleepable.
    fn release(self, cx: &Task<'_>);

    /// What the specs do with the resources at this stage, in order for [`Stage::Resume`], in reverse for
    /// [`Stage::Suspend`]. Sleepable.
    ///
    /// # Errors
    /// The resource that refused; what was done for the others is undone.
    fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), AcquireError>;

    /// Switch the device on, suppliers first, and keep it so while the guard lives. Sleepable.
    ///
    /// # Errors
    /// As [`Active::resume`].
    #[track_caller]
    fn power(cx: &Task<'_>) -> Result<Active<Self::Device>, PowerError> {
        Active::resume(cx, Self::Board::power())
    }

    /// The same if it is on right now. Atomic.
    fn power_if_on() -> Option<Active<Self::Device>> {
        Active::get_if_active(Self::Board::power())
    }
}
