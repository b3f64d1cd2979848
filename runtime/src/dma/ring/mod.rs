//! Rings: one buffer, round and round, without end and without the processor starting anything again.
//!
//! The program never stops; after each period it signals. A [`Ring`] runs freely, and its client copies words in or out in
//! time, or is told that it was late. A [`GatedRing`] waits before each period until its client grants it, and the client
//! works in the buffer itself.
//!
//! ```
//! # use linkwright::{context::Task, dma::{memory::Arena, *}, power::*};
//! # async fn f<C, E>(cx: &Task<'_>, dmac: &'static Dmac<C>, arena: &'static Arena, power: &Active<E::Peer>)
//! # -> Result<(), Box<dyn std::error::Error>>
//! # where C: Controller, E: Endpoint<Direction = MemoryToDevice, Word = u16> {
//! # let samples = [0_u16; 64];
//! // Audio: 4 periods of 256 samples, stereo.
//! let mut ring = dmac.claim::<E>(cx)?.prepare_ring(cx, 4, 256).map_err(|(error, _)| error)?.frames_of(2);
//! let mut buffer = arena.alloc::<u16>(cx, 4 * 256)?;
//! buffer.fill(0);
//! ring.start(buffer, power).map_err(|rejected| rejected.error)?;
//! for _ in 0..100 {
//!     match ring.next_period().await {
//!         Ok(_) => {
//!             ring.push(&samples)?;
//!         }
//!         Err(late) if late.is_late() => {} // The device was faster; go on at the next period.
//!         Err(other) => return Err(other.into()),
//!     }
//! }
//! let buffer = ring.stop(cx)?.bufs;
//! # drop(buffer);
//! # Ok(())
//! # }
//! ```

mod error;
mod gated;
mod mark;
mod memory;
mod shape;
mod track;

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

pub use error::RingError;
pub use gated::{GatedRing, Period};
pub(super) use track::Lap;

use self::mark::Mark;
use self::shape::Cyclic;
use self::track::Look;
#[cfg(feature = "full")]
use super::PrepareError;
use super::channel::Channel;
use super::done::Shareable;
use super::endpoint::{DeviceToMemory, Endpoint, MemoryToDevice, WithDevice};
use super::flight::raw_ring_handler;
use super::link::Link;
use super::prepared::{Completed, Prepared, Rejected, wait};
use super::slot::Phase;
use super::{BuffersOf, Progress, ReleaseError, TransferError};
use crate::context::Task;
use crate::mmio::Word;
use crate::power::Active;

/// Who is told of each period of a ring. Every `Fn(Progress) + Sync + 'static` is one.
///
/// It runs in atomic context, from the interrupt body, with no lock held.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a ring's callback",
    note = "a callback is `Fn(Progress)`, `Sync` and `'static`",
    note = "interrupts share it: keep its state in a `Lock` or in atomics, not in a `Cell` or an `Rc`",
    note = "a `Task` cannot get in: do what may sleep before starting, or in a task that the callback wakes"
)]
pub trait RingHandler: Sync + 'static {
    /// A period has ended, or several.
    fn period(&self, progress: Progress);

    /// The ring has ended for this reason.
    fn ended(&self, reason: TransferError) {
        let _ = reason;
    }
}

impl<F: Fn(Progress) + Shareable> RingHandler for F {
    fn period(&self, progress: Progress) {
        self(progress);
    }
}

/// A prepared ring that runs freely.
///
/// Once [started](Self::start) the hardware needs nobody: no program is ever started again, and each period costs one
/// interrupt. The client keeps up with [`push`](Self::push) or [`pull`](Self::pull), which copy word by word and see
/// afterwards whether the device was faster: what the device has played wrong, or overwritten, is never taken for good.
///
/// Dropping it is atomic and kills the program; the buffer stays with the engine until the hardware is quiet. Leaking it
/// lets it run for ever, with its power.
#[must_use = "dropping it releases the channel"]
pub struct Ring<E: Endpoint> {
    prepared: Prepared<E, Cyclic>,
    /// Up to where words were pushed, or pulled.
    client: Mark,
    frame: u32,
}

#[cfg(feature = "full")]
impl<E: Endpoint> Channel<E> {
    /// Take a thread, an event and program memory and plan an endless program of `periods` periods. Sleepable.
    ///
    /// Buffers must begin at a cache line, or at least as wide a boundary as the data bus.
    ///
    /// # Errors
    /// [`PrepareError`], with the channel; nothing was taken.
    #[track_caller]
    pub fn prepare_ring(self, cx: &Task<'_>, periods: u16, period_words: u32) -> Result<Ring<E>, (PrepareError, Self)>
    where
        E::Direction: WithDevice,
    {
        let prepared = self.prepare_with(cx, cyclic::<E>(periods, period_words, false), None)?;
        Ok(Ring { prepared, client: Mark::START, frame: size_of::<E::Word>() as u32 })
    }

    /// [`prepare_ring`](Self::prepare_ring) for a ring that waits for its client; it takes a second event. Sleepable.
    ///
    /// # Errors
    /// As [`prepare_ring`](Self::prepare_ring).
    #[track_caller]
    pub fn prepare_gated_ring(
        self,
        cx: &Task<'_>,
        periods: u16,
        period_words: u32,
    ) -> Result<GatedRing<E>, (PrepareError, Self)>
    where
        E::Direction: WithDevice,
    {
        self.prepare_with(cx, cyclic::<E>(periods, period_words, true), None).map(GatedRing::new)
    }
}

#[cfg(feature = "full")]
fn cyclic<E: Endpoint>(periods: u16, period_words: u32, gated: bool) -> Cyclic {
    let period = period_words.saturating_mul(size_of::<E::Word>() as u32);
    // What does not fit 32 bits the planner refuses, as it does what has no bytes.
    Cyclic { bytes: period.saturating_mul(periods.into()), period, gated }
}

impl<E: Endpoint> Ring<E>
where
    E::Direction: WithDevice,
{
    /// Push, pull and resynchronise by whole frames of `words` words; a period should be a whole number of them. A frame
    /// is one word if nothing is said.
    pub fn frames_of(self, words: u16) -> Self {
        let frame = (size_of::<E::Word>() as u32).saturating_mul(words.max(1).into());
        Self { frame, ..self }
    }

    /// Start. A device that is written gets all of the buffer first, so fill it; then the client pushes what comes after.
    /// Atomic.
    ///
    /// # Errors
    /// [`StartError`](super::StartError), with the buffer.
    pub fn start(
        &mut self,
        buf: BuffersOf<E, Cyclic>,
        power: &Active<E::Peer>,
    ) -> Result<(), Rejected<BuffersOf<E, Cyclic>>> {
        self.prepared.start_detached(buf, power)?;
        let filled = <E::Direction as Flow>::READS;
        self.client = Mark { lap: filled.into(), at: 0 };
        Ok(())
    }

    /// Words that can be pushed or pulled now. Atomic; 3 register reads.
    ///
    /// # Errors
    /// [`RingError`]; a client that is late is resynchronised.
    pub fn available(&mut self) -> Result<usize, RingError> {
        let look = self.look()?;
        let words = self.room(&look)? / size_of::<E::Word>() as u32;
        Ok(words as usize)
    }

    /// Where the device is: periods it is done with since the start (wrapping at 2³²), and words into the next one.
    /// Atomic; 3 register reads.
    ///
    /// # Errors
    /// [`RingError::Ended`] and [`RingError::Idle`].
    pub fn position(&self) -> Result<(u32, u32), RingError> {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let at = self.prepared.flight().link().look()?.settled.plus(0, bytes);
        let words = at.since(at.period_start(period, bytes), bytes) as u32 / size_of::<E::Word>() as u32;
        Ok((at.periods(period, bytes), words))
    }

    /// Bytes of the present lap that the device is not done with. Atomic; at most 4 register reads.
    pub fn residue(&self) -> u32 {
        self.prepared.residue()
    }

    /// Call `handler` after each period from now on. Sleepable.
    #[track_caller]
    pub fn set_handler<H: RingHandler>(&mut self, cx: &Task<'_>, handler: &'static H) {
        set_handler(&mut self.prepared, cx, handler);
    }

    /// Ready when at least a period can be pushed or pulled; with the number of words. Woken by each period's interrupt.
    ///
    /// # Errors
    /// As [`available`](Self::available).
    pub fn next_period(&mut self) -> NextPeriod<'_, Self> {
        NextPeriod { ring: self }
    }

    /// Wait until at least a period can be pushed or pulled; returns the number of words. Sleepable.
    ///
    /// # Errors
    /// As [`available`](Self::available).
    #[track_caller]
    pub fn wait_period(&mut self, cx: &Task<'_>) -> Result<usize, RingError> {
        wait_for(self, cx)
    }

    /// Stop, and wait until the hardware is quiet. The result is [`TransferError::Cancelled`], or why the ring ended
    /// before. Sleepable.
    ///
    /// # Errors
    /// [`RingError::Idle`] when it was not started; [`RingError::Hung`].
    #[track_caller]
    pub fn stop(&mut self, cx: &Task<'_>) -> Result<Completed<BuffersOf<E, Cyclic>>, RingError> {
        stop(&mut self.prepared, cx)
    }

    /// Give thread, event and program up. A ring that runs is stopped and its buffer dropped. Sleepable.
    ///
    /// # Errors
    /// [`ReleaseError`] when it does not stop.
    #[track_caller]
    pub fn unprepare(self, cx: &Task<'_>) -> Result<Channel<E>, (ReleaseError, Self)> {
        let Self { prepared, client, frame } = self;
        prepared.unprepare(cx).map_err(|(error, prepared)| (error, Self { prepared, client, frame }))
    }

    /// What the planner says about the program.
    pub fn program(&self) -> super::plan::Program {
        self.prepared.program()
    }

    fn look(&self) -> Result<Look, RingError> {
        self.prepared.flight().link().look()
    }

    /// Bytes, whole frames, that the client may push or pull; a late one is resynchronised.
    fn room(&mut self, look: &Look) -> Result<u32, RingError> {
        let bytes = self.prepared.shape().bytes;
        let reads = <E::Direction as Flow>::READS;
        // Of what is read the client is a lap ahead at most, of what is written a lap behind.
        let late = if reads {
            look.issued.since(self.client, bytes)
        } else {
            look.issued.since(self.client, bytes) - i64::from(bytes)
        };
        if late > 0 {
            return Err(self.resynchronise(look));
        }
        let room = look.settled.since(self.client, bytes) + if reads { i64::from(bytes) } else { 0 };
        let room = u32::try_from(room).unwrap_or(0).min(bytes);
        Ok(room - room.checked_rem(self.frame).unwrap_or(0))
    }

    /// The device is where the client should not be: go to a period's start.
    fn resynchronise(&mut self, look: &Look) -> RingError {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let here = look.issued.period_start(period, bytes);
        let was = self.client;
        self.client = if <E::Direction as Flow>::READS {
            // What the device is reading now it reads as it is.
            here.plus(period, bytes)
        } else {
            // What is oldest is being overwritten, and the period behind it soon; but nothing is read before it is there.
            let oldest = Mark { lap: here.lap.wrapping_sub(1), ..here }.plus(period, bytes).plus(period, bytes);
            if oldest.since(look.settled, bytes) > 0 { look.settled.period_start(period, bytes) } else { oldest }
        };
        let missed = self.client.since(was, bytes) / size_of::<E::Word>() as i64;
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        if <E::Direction as Flow>::READS { RingError::Underrun { missed } } else { RingError::Overrun { missed } }
    }
}

impl<E: Endpoint<Direction = MemoryToDevice>> Ring<E> {
    /// Copy words behind those pushed before; returns how many there was room for, whole frames. Atomic; 6 register
    /// reads.
    ///
    /// # Errors
    /// [`RingError`]. After [`Underrun`](RingError::Underrun) these words do not count as pushed.
    pub fn push(&mut self, words: &[E::Word]) -> Result<usize, RingError> {
        let ring = self.prepared.shape().bytes;
        let before = self.look()?;
        let count = whole::<E::Word>(self.room(&before)?, words.len(), self.frame);
        let (words, _) = words.split_at_checked(count).unwrap_or((words, &[]));
        if words.is_empty() {
            return Ok(0);
        }
        let at = self.client;
        memory::with(&mut self.prepared, |memory| memory.put(at, words));
        // Had the device come there before the words were?
        let after = self.look()?;
        if after.issued.since(at, ring) > 0 {
            return Err(self.resynchronise(&after));
        }
        self.client = at.plus(size_of_val(words) as u32, ring);
        Ok(words.len())
    }
}

impl<E: Endpoint<Direction = DeviceToMemory>> Ring<E> {
    /// Copy the oldest words that were not pulled yet; returns how many there were, whole frames. Atomic; 6 register
    /// reads.
    ///
    /// # Errors
    /// [`RingError`]. After [`Overrun`](RingError::Overrun) `words` may hold anything.
    pub fn pull(&mut self, words: &mut [E::Word]) -> Result<usize, RingError> {
        let ring = self.prepared.shape().bytes;
        let before = self.look()?;
        let count = whole::<E::Word>(self.room(&before)?, words.len(), self.frame);
        let (words, _) = words.split_at_mut(count.min(words.len()));
        if words.is_empty() {
            return Ok(0);
        }
        let at = self.client;
        memory::with(&mut self.prepared, |memory| memory.get(at, words));
        // Had the device come round before the words were read?
        let after = self.look()?;
        if after.issued.since(at, ring) > i64::from(ring) {
            return Err(self.resynchronise(&after));
        }
        self.client = at.plus(size_of_val(words) as u32, ring);
        Ok(words.len())
    }
}

/// Words, in whole frames, of `room` bytes and `wanted` words.
fn whole<W: Word>(room: u32, wanted: usize, frame: u32) -> usize {
    // Known where it is compiled: dividing by it cannot panic.
    let word = const { size_of::<W>() };
    let words = (room as usize / word).min(wanted);
    let frame = (frame as usize / word).max(1);
    words - words % frame
}

impl<E: Endpoint> core::fmt::Debug for Ring<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Ring({:?}, {:?})", self.prepared.shape(), self.prepared)
    }
}

/// What a ring's direction means for its client.
pub(super) trait Flow {
    /// The device reads memory.
    const READS: bool;
}

impl<D: WithDevice> Flow for D {
    const READS: bool = matches!(<D as super::endpoint::sealed::Sealed>::ROLE, super::buffers::Role::Source);
}

fn set_handler<E: Endpoint, H: RingHandler>(prepared: &mut Prepared<E, Cyclic>, cx: &Task<'_>, handler: &'static H) {
    cx.might_sleep();
    let handler = raw_ring_handler(handler);
    prepared.flight().link().with(|s| s.handler = Some(handler));
}

fn stop<E: Endpoint>(
    prepared: &mut Prepared<E, Cyclic>,
    cx: &Task<'_>,
) -> Result<Completed<BuffersOf<E, Cyclic>>, RingError> {
    cx.might_sleep();
    let flight = prepared.flight();
    prepared.cancel();
    for _ in 0..flight.link().engine.core().config.release_polls.max(1) {
        if let Some(completed) = prepared.recover() {
            return Ok(completed);
        }
        if flight.link().phase() == Phase::Idle {
            return Err(RingError::Idle);
        }
        wait(flight.link());
    }
    Err(RingError::Hung)
}

/// A ring that may have a period for its client.
pub(super) trait Periodic {
    fn link(&self) -> Link;
    /// What a period's future gives, when there is one.
    fn ready(&mut self) -> Result<Option<usize>, RingError>;
}

impl<E: Endpoint> Periodic for Ring<E>
where
    E::Direction: WithDevice,
{
    fn link(&self) -> Link {
        *self.prepared.flight().link()
    }

    fn ready(&mut self) -> Result<Option<usize>, RingError> {
        let period = self.prepared.shape().period as usize / size_of::<E::Word>();
        Ok(Some(self.available()?).filter(|words| *words >= period))
    }
}

fn wait_for<R: Periodic>(ring: &mut R, cx: &Task<'_>) -> Result<usize, RingError> {
    cx.might_sleep();
    loop {
        if let Some(ready) = ring.ready()? {
            return Ok(ready);
        }
        wait(&ring.link());
    }
}

/// Waits for a period of a ring.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct NextPeriod<'r, R> {
    ring: &'r mut R,
}

#[allow(private_bounds, reason = "the rings of this module")]
impl<R: Periodic> Future for NextPeriod<'_, R> {
    type Output = Result<usize, RingError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let ring = &mut *self.get_mut().ring;
        if let Some(ready) = ring.ready().transpose() {
            return Poll::Ready(ready);
        }
        // Wakers run code of their own when cloned and dropped: both outside the critical section.
        let waker = cx.waker().clone();
        let old = ring.link().with(|s| s.waker.replace(waker));
        drop(old);
        // It may have come before the waker was in place.
        ring.ready().transpose().map_or(Poll::Pending, Poll::Ready)
    }
}
