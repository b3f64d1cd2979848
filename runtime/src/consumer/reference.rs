#![allow(unsafe_code, reason = "declares the unsafe traits of wiring facts, and maps the windows they state")]

use super::{AcquireError, Board, OperationError, Provides};
use crate::context::Task;
use crate::dma::{Channel, Endpoint, Provider};
use crate::power::Device;

/// A kind of resource: generated from a subsystem's spec.
pub trait Subsystem: 'static {
    /// Its name: `clk`.
    const NAME: &'static str;
    /// How `ip` and `soc` files spell it: `clocks`.
    const KEY: &'static str;
    /// What its providers are to consumers: a trait object.
    type Provider: ?Sized + 'static;
}

/// The subsystem `dma`: its handle is a [`Channel`].
#[derive(Debug)]
pub enum Dma {}

impl Subsystem for Dma {
    const NAME: &'static str = "dma";
    const KEY: &'static str = "dmas";
    type Provider = dyn Provider;
}

/// One reference of a device in its SoC's spec: who supplies what.
///
/// # Safety
/// Everything in it is true of the hardware: what a provider is told to do by these numbers is done to this consumer's
/// resource.
pub unsafe trait Reference: 'static {
    /// Who needs it.
    type Consumer: Device;
    /// Who is needed; [`Nobody`](super::Nobody) where the SoC does not wire it.
    type Supplier: Device;
    /// What kind of resource.
    type Subsystem: Subsystem;
    /// What the ip calls it: `clocks.uart`.
    const NAME: &'static str;
    /// `file:line` where the SoC's spec wires it; empty where it does not.
    const PLACE: &'static str;
    /// What the reference carries: the number of a clock, a line, a request.
    const ARGS: &'static [u64];
}

/// A device that registers of the address space belong to.
///
/// # Safety
/// The window is the device's, whole, and on the bus of the processor that runs this program. A controller that the
/// runtime's engine drives has none: who could reach its registers could make it write anywhere.
pub unsafe trait Mapped: Device {
    /// First address and bytes; `None` for a device without registers that a driver may use.
    const WINDOW: Option<(u64, u64)>;
}

/// The registers of `D` through the board's bus. Any context.
///
/// # Errors
/// [`AcquireError::NoWindow`].
pub fn window<D: Mapped, B: Board>() -> Result<B::Bus, AcquireError> {
    let (base, size) = D::WINDOW.ok_or(AcquireError::NoWindow(D::NAME))?;
    // SAFETY: the window is a device's, as the implementation of `Mapped` promises.
    Ok(unsafe { B::bus(base, size) })
}

/// When the specs do something with a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The driver takes the device: after acquiring.
    Probe,
    /// The device is switched on.
    Resume,
    /// The device is switched off.
    Suspend,
    /// The driver lets go of the device: before giving back.
    Remove,
}

impl Stage {
    /// What undoes it.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Probe => Self::Remove,
            Self::Resume => Self::Suspend,
            Self::Suspend => Self::Resume,
            Self::Remove => Self::Probe,
        }
    }
}

/// A resource that is there: provider and reference.
pub struct Supplied<R: Reference> {
    provider: &'static <R::Subsystem as Subsystem>::Provider,
}

impl<R: Reference> Supplied<R> {
    /// Who provides it.
    pub fn provider(&self) -> &'static <R::Subsystem as Subsystem>::Provider {
        self.provider
    }

    /// What the reference carries.
    pub fn args(&self) -> &'static [u64] {
        R::ARGS
    }
}

impl<R: Reference> core::fmt::Debug for Supplied<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Supplied({} of {})", R::NAME, R::Supplier::NAME)
    }
}

/// What stands for a resource in a driver: a generated handle, a DMA channel, or `None` of either.
pub trait Handle: Sized {
    /// What its subsystem's spec does with it at this stage. Sleepable.
    ///
    /// # Errors
    /// [`OperationError`] of the provider.
    fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), OperationError>;

    /// Give it back. Sleepable.
    fn release(self, cx: &Task<'_>);
}

/// A [`Handle`] that board `B` has a provider for.
pub trait Acquire<B>: Handle {
    /// Get it; `None` where the SoC does not wire it. Sleepable.
    ///
    /// # Errors
    /// [`AcquireError`].
    fn acquire(cx: &Task<'_>) -> Result<Option<Self>, AcquireError>;
}

impl<H: Handle> Handle for Option<H> {
    fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), OperationError> {
        self.as_ref().map_or(Ok(()), |handle| handle.stage(cx, stage))
    }

    fn release(self, cx: &Task<'_>) {
        if let Some(handle) = self {
            handle.release(cx);
        }
    }
}

impl<B, H: Acquire<B>> Acquire<B> for Option<H> {
    fn acquire(cx: &Task<'_>) -> Result<Option<Self>, AcquireError> {
        H::acquire(cx).map(Some)
    }
}

impl<E: Endpoint> Handle for Channel<E> {
    fn stage(&self, _: &Task<'_>, _: Stage) -> Result<(), OperationError> {
        Ok(())
    }

    fn release(self, cx: &Task<'_>) {
        Channel::release(self, cx);
    }
}

impl<E, B> Acquire<B> for Channel<E>
where
    E: Endpoint + Reference<Subsystem = Dma>,
    B: Provides<<E as Reference>::Supplier, Dma>,
{
    #[track_caller]
    fn acquire(cx: &Task<'_>) -> Result<Option<Self>, AcquireError> {
        let Some(provider) = B::provider() else { return Ok(None) };
        provider.claim(cx).map(Some).map_err(|error| AcquireError::Claim { resource: E::NAME, place: E::PLACE, error })
    }
}

impl<R: Reference> Supplied<R> {
    /// The resource on board `B`; `None` where the SoC does not wire it. Any context.
    pub fn find<B: Provides<R::Supplier, R::Subsystem>>() -> Option<Self> {
        B::provider().map(|provider| Self { provider })
    }
}

/// A resource of a driver, whatever its type: implemented by generated code.
pub trait Staged {
    /// What the ip's spec calls it.
    fn name(&self) -> &'static str;

    /// Its place among the resources of its device: they are made ready in this order, the registers last.
    fn order(&self) -> usize;

    /// What its subsystem's spec does with it at this stage. Sleepable.
    ///
    /// # Errors
    /// [`OperationError`] of the provider.
    fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), OperationError>;
}

/// Bring all resources of a device to a stage: in their [order](Staged::order), or in reverse for
/// [`Stage::Suspend`] and [`Stage::Remove`]. Sleepable.
///
/// # Errors
/// The resource that refused; what was done for the others is undone, so that a device that stays as it was has all it
/// had. Only [`Stage::Remove`] goes on to the end, and returns the first error.
pub fn stage_all(cx: &Task<'_>, resources: &mut [&dyn Staged], stage: Stage) -> Result<(), AcquireError> {
    resources.sort_unstable_by_key(|resource| resource.order());
    if matches!(stage, Stage::Suspend | Stage::Remove) {
        resources.reverse();
    }
    let mut first = Ok(());
    for (done, resource) in resources.iter().enumerate() {
        let Err(error) = resource.stage(cx, stage) else { continue };
        first = first.and(Err(AcquireError::Stage { resource: resource.name(), error }));
        if stage != Stage::Remove {
            for before in resources.iter().take(done).rev() {
                // The error that is told is the one that came first.
                let _ = before.stage(cx, stage.opposite());
            }
            break;
        }
    }
    first
}
