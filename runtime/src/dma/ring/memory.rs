#![allow(unsafe_code, reason = "reaches a buffer that is in flight")]

use super::mark::Mark;
use super::shape::Cyclic;
use crate::dma::endpoint::Endpoint;
use crate::dma::memory::View;
use crate::dma::prepared::Prepared;
use crate::mmio::Word;

/// The buffer of a ring that runs, as long as the ring is borrowed.
///
/// The device reads or writes it at the same time; whether it was at the same words is found out afterwards, from where
/// the device then stands.
pub(super) struct Memory<'r> {
    view: View,
    ring: u32,
    barrier: &'r dyn Fn(),
}

/// Run `f` with the buffer in flight; `None` when nothing is.
pub(super) fn with<E: Endpoint, R>(prepared: &mut Prepared<E, Cyclic>, f: impl FnOnce(&Memory<'_>) -> R) -> Option<R> {
    let flight = prepared.flight();
    let link = flight.link();
    // SAFETY: the channel is the caller's alone, and lent: only its owner takes the buffer of a flight out, and the engine
    // drops it only after the owner has gone. The engine itself leaves the buffer of an endless program alone. What is
    // written is cleaned at once and the device writes nothing then, or the device writes and the processor does not.
    let view = unsafe { link.view() }?;
    let barrier = || link.engine.core().memory.barrier();
    Some(f(&Memory { view, ring: prepared.shape().bytes, barrier: &barrier }))
}

/// A period that the device waits to be granted. The caller has seen the device beyond it since it was last granted.
pub(super) fn words_mut<E: Endpoint>(prepared: &mut Prepared<E, Cyclic>, at: u32, bytes: u32) -> &mut [E::Word] {
    // SAFETY: as in `with`.
    let Some(view) = (unsafe { prepared.flight().link().view() }) else { return &mut [] };
    // SAFETY: the program does not enter the period before it is granted, for which the ring must be borrowed again.
    unsafe { view.slice(at, bytes) }
}

/// As [`words_mut`].
pub(super) fn words<E: Endpoint>(prepared: &Prepared<E, Cyclic>, at: u32, bytes: u32) -> &[E::Word] {
    // SAFETY: as in `with`.
    let Some(view) = (unsafe { prepared.flight().link().view() }) else { return &[] };
    // SAFETY: as in `words_mut`; a mutable slice needs the ring borrowed mutably.
    unsafe { view.slice(at, bytes) }
}

impl Memory<'_> {
    /// The parts of `bytes` bytes from `at` on, before and behind the end of the lap: offset and length.
    fn parts(&self, at: Mark, bytes: u32) -> [(u32, u32); 2] {
        let at = at.plus(0, self.ring).at;
        let first = bytes.min(self.ring.saturating_sub(at));
        [(at, first), (0, bytes - first)]
    }

    /// Write words that the device has not begun to read, and make them visible to it.
    pub(super) fn put<W: Word>(&self, at: Mark, words: &[W]) {
        let mut rest = words;
        for (at, bytes) in self.parts(at, size_of_val(words) as u32) {
            let (here, behind) = rest.split_at_checked(bytes as usize / size_of::<W>()).unwrap_or((rest, &[]));
            rest = behind;
            self.view.write_words(at, here);
            self.view.clean(at, bytes);
        }
        (self.barrier)();
    }

    /// Read words that the device has written.
    pub(super) fn get<W: Word>(&self, at: Mark, words: &mut [W]) {
        (self.barrier)();
        let parts = self.parts(at, size_of_val(words) as u32);
        let mut rest = words;
        for (at, bytes) in parts {
            let count = (bytes as usize / size_of::<W>()).min(rest.len());
            let (here, behind) = rest.split_at_mut(count);
            rest = behind;
            self.view.refresh(at, bytes);
            self.view.read_words(at, here);
            self.view.hand_back(at, bytes);
        }
    }

    /// Make a period that the device has written visible.
    pub(super) fn fetch(&self, at: u32, bytes: u32) {
        (self.barrier)();
        self.view.refresh(at, bytes);
    }

    /// Hand a period to the device, which reads it.
    pub(super) fn publish(&self, at: u32, bytes: u32) {
        self.view.clean(at, bytes);
        (self.barrier)();
    }

    /// Hand a period, whole lines, to the device, which writes it.
    pub(super) fn surrender(&self, at: u32, bytes: u32) {
        self.view.hand_back(at, bytes);
        (self.barrier)();
    }
}
