use super::PlanError;
use super::emitter::Emitter;
use super::linear::access;
use super::way::{Part, power};
use crate::microcode::{Control, Isa, Op};

/// Stores between two barriers: some controllers lose what their write queue has no room for.
const QUEUE: u32 = 4;

/// Zeros to memory. The destination address is set.
///
/// Stores of zeros begin and end at whole beats, so the bytes beside whole lines go in narrower ones.
pub(super) fn emit<I: Isa>(e: &mut Emitter<'_, I>, part: &Part) -> Result<(), PlanError> {
    let width = part.width(e.setup().bus_bytes);
    if width - 1 > I::LIMITS.burst {
        return Err(PlanError::BusWidth(e.setup().bus_bytes));
    }
    let wide = u32::from(width);
    let head = (part.destination.wrapping_neg() % wide).min(part.bytes);
    let lines = (part.bytes - head) / wide;
    let tail = (part.bytes - head) % wide;
    let longest = u32::from(I::LIMITS.burst);
    // The part before may have left as much in the queue as this one will.
    e.settle()?;
    narrow(e, part.destination, head)?;
    burst(e, width, longest, lines / longest)?;
    burst(e, width, lines % longest, 1)?;
    narrow(e, 0, tail)
}

/// A burst of less than a line, none of whose beats crosses one.
fn narrow<I: Isa>(e: &mut Emitter<'_, I>, address: u32, bytes: u32) -> Result<(), PlanError> {
    let beat = power(address | bytes | 128);
    burst(e, beat, bytes / u32::from(beat), 1)
}

fn burst<I: Isa>(e: &mut Emitter<'_, I>, beat: u8, beats: u32, count: u32) -> Result<(), PlanError> {
    if beats == 0 || count == 0 {
        return Ok(());
    }
    let destination = access(beat, beats as u8, true, e.setup().destination_attributes);
    let source = e.control().map_or(destination, |last| last.source);
    e.set_control(Control { source, destination, swap: 1 })?;
    e.moves(u32::from(beat) * beats, 0);
    let queue = e.setup().checkpoint.map_or(QUEUE, |checkpoint| QUEUE.min(checkpoint.bursts.into()));
    e.repeat(count / queue, &|e| {
        for _ in 0..queue {
            e.op(Op::StoreZero)?;
        }
        e.settle()
    })?;
    e.repeat(count % queue, &|e| e.op(Op::StoreZero))
}
