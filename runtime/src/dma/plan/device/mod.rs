//! A device on one side.
//!
//! Each request moves what the device asked for. What a device gave goes to memory before its next request, so that
//! nothing of it is lost with the FIFO; only for a device that asks beat by beat some is read ahead. Memory is accessed in
//! the widest beats that its alignment and the size of a request allow.

pub(super) mod into;
pub(super) mod out;

use super::linear::access;
use super::way::{Part, power};
use super::{Attributes, PlanError, PortEnd, Setup};
use crate::microcode::{Access, RequestKind, When};

/// Bursts on the memory side that move the bytes of one request.
#[derive(Clone, Copy)]
struct Bursts {
    beat: u8,
    beats: u8,
    count: u32,
}

impl Bursts {
    /// For requests of `bytes` bytes, the first of which begins at `address`.
    fn of(part: &Part, address: u32, bytes: u32, setup: &Setup, longest: u8) -> Self {
        let beat = power(address | part.apart | bytes | u32::from(setup.bus_bytes));
        let beats = bytes / u32::from(beat);
        // Equal bursts: one setting of the transfer control serves all.
        let mut count = beats.div_ceil(longest.max(1).into()).max(1);
        while !beats.is_multiple_of(count) {
            count += 1;
        }
        Self { beat, beats: (beats / count) as u8, count }
    }

    fn access(&self, attributes: Attributes) -> Access {
        access(self.beat, self.beats, true, attributes)
    }
}

/// `beats` beats at the data register.
fn port(port: &PortEnd, beats: u32) -> Access {
    access(port.beat, beats as u8, false, port.attributes)
}

/// How a request of this kind is waited for, and when what it asks for is done.
#[derive(Clone, Copy)]
struct Kind {
    request: RequestKind,
    when: When,
}

const SINGLE: Kind = Kind { request: RequestKind::Single, when: When::Single };
const BURST: Kind = Kind { request: RequestKind::Burst, when: When::Burst };
/// What an instruction must be there for if either kind may come. The first alone serves what is less than a burst.
const EITHER: [When; 2] = [When::Single, When::Burst];

/// So many lines, if there are.
fn held(lines: u32, setup: &Setup) -> Result<u16, PlanError> {
    match u16::try_from(lines) {
        Ok(lines) if lines <= setup.fifo_lines => Ok(lines),
        _ => Err(PlanError::FifoTooSmall),
    }
}
