use core::ops::{Deref, DerefMut};

use super::mark::Mark;
use super::shape::Cyclic;
use super::{Flow, NextPeriod, Periodic, RingError, RingHandler, memory, set_handler, stop, wait_for};
use crate::context::Task;
use crate::dma::buffers::Parts;
use crate::dma::channel::Channel;
use crate::dma::endpoint::{Endpoint, WithDevice};
use crate::dma::link::Link;
use crate::dma::prepared::{Completed, Prepared, Rejected};
use crate::dma::{BuffersOf, ReleaseError, StartError};
use crate::power::Active;

/// A prepared ring that waits before each period until its client grants it.
///
/// A period belongs to the device or to the client, never to both: [`period`](Self::period) gives the next one that is
/// the client's, as memory to work in, and [`grant`](Period::grant) hands it over. A client that is late only makes the
/// device wait; to pause the ring, grant nothing. Each period costs one interrupt, which also opens the gate for the next
/// granted period (2 register reads and 3 writes). So does each start, with which the program says that its gate is shut,
/// whatever a program before it left: the first granted period begins after that.
///
/// Dropping and leaking are as with [`Ring`](super::Ring).
#[must_use = "dropping it releases the channel"]
pub struct GatedRing<E: Endpoint> {
    prepared: Prepared<E, Cyclic>,
    /// Up to where periods were granted.
    granted: Mark,
    /// The next period's lines were made visible.
    fetched: bool,
}

impl<E: Endpoint> GatedRing<E>
where
    E::Direction: WithDevice,
{
    pub(super) fn new(prepared: Prepared<E, Cyclic>) -> Self {
        Self { prepared, granted: Mark::START, fetched: false }
    }

    /// Start. A device that is read into gets all periods granted at once, one that is written none. Atomic.
    ///
    /// # Errors
    /// [`StartError`], with the buffer. [`StartError::SplitLine`] when periods are not whole cache lines.
    pub fn start(
        &mut self,
        buf: BuffersOf<E, Cyclic>,
        power: &Active<E::Peer>,
    ) -> Result<(), Rejected<BuffersOf<E, Cyclic>>> {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let split = buf.sides().into_iter().flatten().find_map(|raw| raw.split_line(period));
        if let Some(line) = split {
            return Err(Rejected { error: StartError::SplitLine { line }, bufs: buf });
        }
        self.prepared.start_detached(buf, power)?;
        let ahead = !<E::Direction as Flow>::READS;
        self.granted = Mark { lap: ahead.into(), at: 0 };
        self.fetched = false;
        if ahead {
            // If it fails the next look tries again.
            let _ = self.link().grant(bytes.checked_div(period).unwrap_or(0));
        }
        Ok(())
    }

    /// The next period, if it is the client's: to be filled, or with what the device has written. Atomic; 4 register
    /// reads.
    ///
    /// Without [`grant`](Period::grant) it stays the client's.
    ///
    /// # Errors
    /// [`RingError::Ended`] and [`RingError::Idle`].
    pub fn period(&mut self) -> Result<Option<Period<'_, E>>, RingError> {
        if !self.is_mine()? {
            return Ok(None);
        }
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let at = self.granted.plus(0, bytes).at;
        if !<E::Direction as Flow>::READS && !core::mem::replace(&mut self.fetched, true) {
            memory::with(&mut self.prepared, |memory| memory.fetch(at, period));
        }
        Ok(Some(Period { ring: self, at }))
    }

    /// Is the next period the client's?
    fn is_mine(&self) -> Result<bool, RingError> {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let done = self.link().look()?.settled.period_start(period, bytes);
        Ok(self.granted.since(done, bytes) < i64::from(bytes))
    }

    /// Periods that the device is done with since the start (wrapping at 2³²). Atomic; 4 register reads.
    ///
    /// # Errors
    /// As [`period`](Self::period).
    pub fn periods(&self) -> Result<u32, RingError> {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        Ok(self.link().look()?.settled.periods(period, bytes))
    }

    /// Does the device wait for a period to be granted? Atomic; 4 register reads.
    ///
    /// # Errors
    /// As [`period`](Self::period).
    pub fn is_stalled(&self) -> Result<bool, RingError> {
        let Cyclic { bytes, period, .. } = self.prepared.shape();
        let done = self.link().look()?.settled.period_start(period, bytes);
        Ok(self.granted.since(done, bytes) <= 0)
    }

    /// As [`Ring::set_handler`](super::Ring::set_handler). Sleepable.
    #[track_caller]
    pub fn set_handler<H: RingHandler>(&mut self, cx: &Task<'_>, handler: &'static H) {
        set_handler(&mut self.prepared, cx, handler);
    }

    /// Ready when the next period is the client's; with its number of words. Woken by each period's interrupt.
    ///
    /// # Errors
    /// As [`period`](Self::period).
    pub fn next_period(&mut self) -> NextPeriod<'_, Self> {
        NextPeriod { ring: self }
    }

    /// Wait until the next period is the client's; returns its number of words. Sleepable.
    ///
    /// # Errors
    /// As [`period`](Self::period).
    #[track_caller]
    pub fn wait_period(&mut self, cx: &Task<'_>) -> Result<usize, RingError> {
        wait_for(self, cx)
    }

    /// As [`Ring::stop`](super::Ring::stop). Sleepable.
    ///
    /// # Errors
    /// As there.
    #[track_caller]
    pub fn stop(&mut self, cx: &Task<'_>) -> Result<Completed<BuffersOf<E, Cyclic>>, RingError> {
        stop(&mut self.prepared, cx)
    }

    /// As [`Ring::unprepare`](super::Ring::unprepare). Sleepable.
    ///
    /// # Errors
    /// As there.
    #[track_caller]
    pub fn unprepare(self, cx: &Task<'_>) -> Result<Channel<E>, (ReleaseError, Self)> {
        self.prepared.unprepare(cx).map_err(|(error, prepared)| (error, Self::new(prepared)))
    }

    /// What the planner says about the program.
    pub fn program(&self) -> crate::dma::plan::Program {
        self.prepared.program()
    }
}

impl<E: Endpoint> Periodic for GatedRing<E>
where
    E::Direction: WithDevice,
{
    fn link(&self) -> Link {
        *self.prepared.flight().link()
    }

    fn ready(&mut self) -> Result<Option<usize>, RingError> {
        let words = self.prepared.shape().period as usize / size_of::<E::Word>();
        Ok(self.is_mine()?.then_some(words))
    }
}

impl<E: Endpoint> core::fmt::Debug for GatedRing<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "GatedRing({:?}, {:?})", self.prepared.shape(), self.prepared)
    }
}

/// A period of a [`GatedRing`] that the device does not touch: memory of the client's for as long as it has this.
#[must_use = "the device waits until it is granted"]
pub struct Period<'r, E: Endpoint> {
    ring: &'r mut GatedRing<E>,
    at: u32,
}

impl<E: Endpoint> Period<'_, E>
where
    E::Direction: WithDevice,
{
    /// Hand the period to the device. Atomic; 2 register reads and 3 writes if the device waits.
    ///
    /// # Errors
    /// [`RingError::Stuck`]: it is granted, but the device learns of it only when its client looks or grants again, or when the
    /// interrupt has brought a faulting manager back.
    pub fn grant(self) -> Result<(), RingError> {
        let Self { ring, at } = self;
        let Cyclic { bytes, period, .. } = ring.prepared.shape();
        memory::with(&mut ring.prepared, |memory| {
            if <E::Direction as Flow>::READS { memory.publish(at, period) } else { memory.surrender(at, period) }
        });
        ring.granted = ring.granted.plus(period, bytes);
        ring.fetched = false;
        ring.link().grant(1).map_err(|_| RingError::Stuck)
    }
}

impl<E: Endpoint> Deref for Period<'_, E> {
    type Target = [E::Word];

    fn deref(&self) -> &[E::Word] {
        memory::words(&self.ring.prepared, self.at, self.ring.prepared.shape().period)
    }
}

impl<E: Endpoint> DerefMut for Period<'_, E> {
    fn deref_mut(&mut self) -> &mut [E::Word] {
        let period = self.ring.prepared.shape().period;
        memory::words_mut(&mut self.ring.prepared, self.at, period)
    }
}

impl<E: Endpoint> core::fmt::Debug for Period<'_, E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Period(at {} of {:?})", self.at, self.ring)
    }
}
