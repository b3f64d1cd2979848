use core::fmt;

use crate::dma::TransferError;

/// Why a ring cannot go on as its client wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RingError {
    /// The client was late: the device has read words that were not pushed. The next push goes to the beginning of the
    /// next period.
    Underrun {
        /// Words between the last pushed one and that place, which the device reads as they were a lap before.
        missed: u32,
    },
    /// The client was late: the device has overwritten words that were not pulled. The next pull begins at the oldest
    /// period that is safe for about a period's time.
    Overrun {
        /// Words between the last pulled one and that place; they are lost.
        missed: u32,
    },
    /// It ended; [`stop`](super::Ring::stop) gives the buffer back.
    Ended(TransferError),
    /// It was not started, or is being stopped at this moment.
    Idle,
    /// The hardware does not stop. The buffer stays with the engine until it does.
    Hung,
    /// The controller's command interface stays busy.
    Stuck,
}

impl RingError {
    /// Was the client late? Then the ring goes on.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::Underrun { .. } | Self::Overrun { .. })
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Underrun { missed } => {
                write!(f, "{missed} words were not pushed in time: push on, or take more or longer periods")
            }
            Self::Overrun { missed } => {
                write!(
                    f,
                    "{missed} words were not pulled in time and are lost: pull on, or take more or longer periods"
                )
            }
            Self::Ended(inner) => write!(f, "the ring has ended: {inner}"),
            Self::Idle => f.write_str("the ring does not run: start it first"),
            Self::Hung => f.write_str(
                "the channel does not stop, probably for a bus access that never ends: reset the controller",
            ),
            Self::Stuck => f.write_str("the controller's command interface stays busy: check its clock and reset"),
        }
    }
}

impl core::error::Error for RingError {}
