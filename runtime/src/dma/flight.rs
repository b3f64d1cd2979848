#![allow(unsafe_code, reason = "gives the slot's buffers and handler their types back")]

use core::marker::PhantomData;

use super::buffers::{Buffers, Held};
use super::done::{Done, Handler};
use super::endpoint::Endpoint;
use super::link::{Cargo, Link, Loaded, Taken};
use super::prepared::{Completed, Rejected};
use super::ring::RingHandler;
use super::shape::{BuffersOf, Shape};
use super::slot::{Phase, RawHandler};
use super::{Progress, StartError, TransferError};
use crate::power::{Active, Device, Grant};

/// A channel whose slot takes and holds buffers of type `B` and no others.
pub(super) struct Flight<B: Buffers> {
    link: Link,
    bufs: PhantomData<fn() -> B>,
}

/// What was refused, with its type.
pub(super) struct Returned<B> {
    pub(super) error: StartError,
    pub(super) bufs: B,
    pub(super) power: Grant,
}

impl<B> From<Returned<B>> for Rejected<B> {
    fn from(returned: Returned<B>) -> Self {
        Self { error: returned.error, bufs: returned.bufs }
    }
}

impl<B: Buffers> Clone for Flight<B> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<B: Buffers> Copy for Flight<B> {}

impl<B: Buffers> Flight<B> {
    /// # Safety
    /// The slot is empty, and until it has been emptied again nothing but copies of this value fills it.
    pub(super) unsafe fn new(link: Link) -> Self {
        Self { link, bufs: PhantomData }
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    fn restore(held: Held) -> B {
        // SAFETY: from this slot, or refused by it just now; both hold only `B`s by the contract of `new`.
        unsafe { B::restore(held) }
    }

    fn returned(error: StartError, held: Held, power: Grant) -> Returned<B> {
        Returned { error, bufs: Self::restore(held), power }
    }

    /// Would [`load`](Self::load) take these buffers and this power, were the channel free? Atomic.
    pub(super) fn fits<D: Device>(&self, bufs: B, power: &Active<D>) -> Result<B, Rejected<B>> {
        if !power.is_from(self.link.engine.core().power) {
            return Err(Rejected { error: StartError::OtherPower, bufs });
        }
        let held = bufs.erase();
        let fit = match self.link.with(|s| s.blocks().zip(s.code())) {
            Some((blocks, code)) => blocks.check(&code, &held, self.link.engine.core().memory),
            None => Err(StartError::Closed),
        };
        let bufs = Self::restore(held);
        match fit {
            Ok(()) => Ok(bufs),
            Err(error) => Err(Rejected { error, bufs }),
        }
    }

    /// As [`Link::load`].
    pub(super) fn load(&self, from: Phase, bufs: B, power: Grant) -> Result<Loaded, Returned<B>> {
        let mut held = bufs.erase();
        match self.link.load(from, &mut held, power) {
            Ok(loaded) => {
                // Nothing is left to drop.
                core::mem::forget(held);
                Ok(loaded)
            }
            Err((error, power)) => Err(Self::returned(error, held, power)),
        }
    }

    /// As [`Link::go`].
    pub(super) fn go(&self, loaded: Loaded, back: Phase, attached: bool) -> Result<(), Returned<B>> {
        let Err(Cargo { held, power }) = self.link.go(loaded, back, attached) else { return Ok(()) };
        // What was loaded had power.
        power.map_or(Ok(()), |power| Err(Self::returned(StartError::Stuck, held, power)))
    }

    /// As [`Link::take_finished`].
    pub(super) fn take_finished(&self) -> Option<Completed<B>> {
        let Taken { held, result, residue, interrupt_lost } = self.link.take_finished()?;
        Some(Completed { bufs: Self::restore(held), result, residue, interrupt_lost })
    }

    /// As [`Link::park`].
    pub(super) fn park(&self, bufs: B, result: Result<(), TransferError>) {
        self.link.park(bufs.erase(), result);
    }
}

/// A ring's `handler` without its type. It belongs into the slot of the ring.
pub(super) fn raw_ring_handler<H: RingHandler>(handler: &'static H) -> RawHandler {
    unsafe fn call<H: RingHandler>(
        context: *const (),
        link: Link,
        cargo: &mut Cargo,
        result: &Result<(), TransferError>,
    ) {
        let Cargo { held, power } = core::mem::take(cargo);
        // The ring's owner takes it from there.
        link.park(held, *result);
        drop(power);
        if let Some(waker) = link.with(|s| s.waker.take()) {
            waker.wake();
        }
        // SAFETY: made from `&'static H` just below.
        let handler = unsafe { &*context.cast::<H>() };
        handler.ended(result.err().unwrap_or(TransferError::Vanished));
    }
    unsafe fn progress<H: RingHandler>(context: *const (), progress: Progress) {
        // SAFETY: made from `&'static H` just below.
        let handler = unsafe { &*context.cast::<H>() };
        handler.period(progress);
    }
    RawHandler { context: core::ptr::from_ref(handler).cast(), call: call::<H>, progress: progress::<H> }
}

/// `handler` without its types. It belongs into the slot of a `Flight<BuffersOf<E, S>>`.
pub(super) fn raw_handler<E: Endpoint, S: Shape, H: Handler<E, S>>(handler: &'static H) -> RawHandler {
    unsafe fn call<E: Endpoint, S: Shape, H: Handler<E, S>>(
        context: *const (),
        link: Link,
        cargo: &mut Cargo,
        result: &Result<(), TransferError>,
    ) {
        let Cargo { held, power: Some(power) } = core::mem::take(cargo) else { return };
        // SAFETY: made from `&'static H` just below.
        let handler = unsafe { &*context.cast::<H>() };
        // SAFETY: the link is of the slot that the handler was put in, which is a `Flight<BuffersOf<E, S>>`'s.
        let flight = unsafe { Flight::<BuffersOf<E, S>>::new(link) };
        let bufs = Flight::<BuffersOf<E, S>>::restore(held);
        handler.complete(Done::new(flight, bufs, power, *result));
    }
    unsafe fn progress<E: Endpoint, S: Shape, H: Handler<E, S>>(context: *const (), progress: Progress) {
        // SAFETY: made from `&'static H` just below.
        let handler = unsafe { &*context.cast::<H>() };
        handler.progress(progress);
    }
    RawHandler { context: core::ptr::from_ref(handler).cast(), call: call::<E, S, H>, progress: progress::<E, S, H> }
}
