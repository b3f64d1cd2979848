//! What ended without telling.

use super::engine::Engine;
use super::equip::links;
use super::irq::serve;
use super::link::Link;
use super::slot::Phase;
use super::{ThreadState, TransferError};
use crate::sync::exclusive;

/// What [`Dmac::watch`](super::Dmac::watch) found that no interrupt had told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Transfers whose end stood in the controller and nobody came: the interrupt was not delivered.
    pub unserved: u32,
    /// Transfers whose thread had stopped without a trace, so that nobody can tell how far it came:
    /// [`TransferError::Vanished`].
    pub untold: u32,
}

impl Found {
    /// Did all interrupts come?
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

pub(super) fn watch(engine: &'static dyn Engine) -> Found {
    let (core, hardware) = (engine.core(), engine.hardware());
    let Some(_power) = core.powered() else { return Found::default() };
    let (_, served) = serve(engine, true);
    let mut found = Found { unserved: served.count_ones(), untold: 0 };
    for link in links(engine) {
        link.collect(true);
        let untold = exclusive(|cs| {
            // A grant that could not be told.
            let _ = link.open(cs);
            let (running, event) = link.slot.0.within(cs, |s| (s.phase == Phase::Running && !s.telling(), s.event));
            // In this order: once the command interface is empty, a thread that is stopped has run.
            let stopped = running && !hardware.is_busy() && hardware.state(link.thread) == ThreadState::Stopped;
            let untold = stopped && event.is_none_or(|event| hardware.interrupts() & 1 << event == 0);
            if untold {
                link.slot.0.within(cs, |s| {
                    s.phase = Phase::Completing;
                    s.lost = true;
                });
            }
            untold
        });
        if untold {
            found.untold += 1;
            link.complete_untold();
        }
    }
    found
}

impl Link {
    /// The thread has stopped and nobody knows why: Completing -> as after a completion.
    ///
    /// Never a success: registers of a thread that ran to its end look like those of one that was stopped before it
    /// began, after a transfer between the same buffers.
    fn complete_untold(&self) {
        // If it was the controller that forgot which events interrupt, it is told again.
        self.engine.core().enable(self.hardware(), |enabled| enabled);
        self.settle(Err(TransferError::Vanished));
    }
}
