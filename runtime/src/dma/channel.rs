use core::marker::PhantomData;

use super::PrepareError;
use super::buffers::CopyPair;
use super::endpoint::sealed::Sealed as Wiring;
use super::endpoint::{Endpoint, Fill, MemoryToMemory};
use super::engine::Engine;
use super::equip::{self, Line, Order, PATTERN};
use super::prepared::Prepared;
use super::shape::{Goes, Linear, Shape};
use crate::context::Task;
use crate::mmio::Word;

/// A claimed channel: the right to transfer at endpoint `E`, and for a device's port its request line.
///
/// It holds no thread of the controller, so there may be any number. [`prepare`](Self::prepare) takes a thread and
/// makes it ready for transfers of one shape. Dropping it is atomic and gives the request line back.
#[must_use = "dropping a channel gives it back"]
pub struct Channel<E: Endpoint> {
    claimed: Claimed,
    endpoint: PhantomData<fn() -> E>,
}

/// A channel without its type.
pub(super) struct Claimed {
    pub(super) engine: &'static dyn Engine,
    pub(super) line: Option<Line>,
}

impl<E: Endpoint> Channel<E> {
    pub(super) fn new(claimed: Claimed) -> Self {
        Self { claimed, endpoint: PhantomData }
    }

    /// Give it back; the same as dropping it. Sleepable.
    #[track_caller]
    pub fn release(self, cx: &Task<'_>) {
        cx.might_sleep();
    }
}

impl<E: Endpoint> Channel<E> {
    /// Take a thread, an event and program memory, and plan the program for transfers of one shape. Sleepable.
    ///
    /// All work that can fail for want of something happens here; starting transfers afterwards allocates nothing.
    /// [`MemoryFill`](super::MemoryFill) fills with zeros.
    ///
    /// # Errors
    /// [`PrepareError`], with the channel; nothing was taken.
    #[track_caller]
    pub fn prepare<S: Goes<E::Direction>>(
        self,
        cx: &Task<'_>,
        shape: S,
    ) -> Result<Prepared<E, S>, (PrepareError, Self)> {
        self.prepare_with(cx, shape, None)
    }

    pub(super) fn prepare_with<S: Shape>(
        mut self,
        cx: &Task<'_>,
        shape: S,
        pattern: Option<[u8; PATTERN]>,
    ) -> Result<Prepared<E, S>, (PrepareError, Self)> {
        cx.might_sleep();
        let config = &self.claimed.engine.core().config;
        let beat = size_of::<E::Word>() as u8;
        let (source, destination) = <E::Direction as Wiring>::ends(E::PORT, beat, config);
        #[cfg(not(feature = "full"))]
        let block = shape.only_block();
        let order = Order {
            source,
            destination,
            pattern,
            role: <E::Direction as Wiring>::ROLE,
            #[cfg(feature = "full")]
            shape: &shape,
            #[cfg(not(feature = "full"))]
            block: block.as_ref(),
        };
        match equip::prepare(&mut self.claimed, cx, &order) {
            Ok(link) => Ok(Prepared::new(link, shape)),
            Err(error) => Err((error, self)),
        }
    }
}

impl<E: Endpoint<Direction = Fill>> Channel<E> {
    /// [`prepare`](Self::prepare) to fill with `word` again and again. Sleepable.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    #[track_caller]
    pub fn prepare_pattern<S: Goes<Fill>>(
        self,
        cx: &Task<'_>,
        shape: S,
        word: E::Word,
    ) -> Result<Prepared<E, S>, (PrepareError, Self)> {
        let bytes = word.widen().to_le_bytes();
        let mut pattern = [0; PATTERN];
        for (place, byte) in pattern.iter_mut().zip(bytes.iter().take(size_of::<E::Word>()).cycle()) {
            *place = *byte;
        }
        self.prepare_with(cx, shape, Some(pattern))
    }
}

impl<E: Endpoint<Direction = MemoryToMemory>> Channel<E> {
    /// [`prepare`](Self::prepare) for `pair` and every pair that lies alike: as long as its shorter window. Sleepable.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    #[track_caller]
    pub fn prepare_copy(
        self,
        cx: &Task<'_>,
        pair: &CopyPair<E::Word>,
    ) -> Result<Prepared<E, Linear>, (PrepareError, Self)> {
        self.prepare(cx, Linear::between(pair))
    }
}

impl<E: Endpoint> core::fmt::Debug for Channel<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let line = self.claimed.line.as_ref().map(Line::number);
        f.debug_struct("Channel")
            .field("controller", &self.claimed.engine.core().device)
            .field("request", &line)
            .finish()
    }
}
