use linkwright::dma::plan::{Handshake, PortEnd, Tail};
use linkwright::microcode::{RequestKind, When};

use crate::Fault;

/// A device that requests by its handshake and nothing else, and takes or gives exactly what it asked for.
#[derive(Clone, Debug)]
pub struct Device {
    port: PortEnd,
    /// Beats until it is content; `None`: never.
    left: Option<u64>,
    /// A burst is due, and it asks for this many single beats first.
    singles: u64,
    /// What it asked for and has not got.
    pending: Option<(When, u64)>,
    waited: bool,
    flushed: bool,
}

impl Device {
    pub(crate) fn new(port: PortEnd, beats: Option<u64>) -> Self {
        Self { port, left: beats, singles: 0, pending: None, waited: false, flushed: false }
    }

    pub(crate) fn early(&mut self, singles: u64) {
        self.singles = singles;
    }

    pub(crate) fn flush(&mut self, line: u8) -> Result<(), Fault> {
        if line != self.port.request || !self.port.flush || self.flushed || self.waited {
            return Err(Fault::Handshake);
        }
        self.flushed = true;
        Ok(())
    }

    /// A thread waits for a request of `kind`; returns the one that comes.
    pub(crate) fn wait(&mut self, line: u8, kind: RequestKind) -> Result<When, Fault> {
        if line != self.port.request || self.pending.is_some() || self.port.flush && !self.flushed {
            return Err(Fault::Handshake);
        }
        self.waited = true;
        let left = self.left.unwrap_or(u64::MAX);
        let burst = u64::from(self.port.burst);
        let (when, beats) = match (self.port.handshake, self.port.tail) {
            _ if left == 0 => return Err(Fault::Hang),
            (Handshake::Single, _) => (When::Single, 1),
            (Handshake::Peripheral, _) if self.singles > 0 => {
                self.singles -= 1;
                (When::Single, 1)
            }
            _ if left >= burst => (When::Burst, burst),
            (Handshake::Burst, Tail::ShortBurst) => (When::Burst, left),
            _ => (When::Single, 1),
        };
        match (kind, when) {
            (RequestKind::Peripheral, _) | (RequestKind::Single, When::Single) | (RequestKind::Burst, When::Burst) => {}
            // A burst request resumes a wait for a single one and stays; a single one does not resume a wait for a burst.
            _ => return Err(Fault::Hang),
        }
        self.pending = Some((when, beats));
        Ok(when)
    }

    /// `beats` beats of `beat` bytes at `address`, and the acknowledgement.
    pub(crate) fn serve(&mut self, line: u8, address: u64, beat: u8, beats: u64) -> Result<(), Fault> {
        let due = self.pending.take();
        let right = line == self.port.request && address == u64::from(self.port.address) && beat == self.port.beat;
        if !right || due.map(|(_, beats)| beats) != Some(beats) {
            return Err(Fault::Handshake);
        }
        self.left = self.left.map(|left| left - beats);
        Ok(())
    }

    /// Is nothing owed on either side?
    pub(crate) fn settled(&self) -> bool {
        self.pending.is_none()
    }
}
