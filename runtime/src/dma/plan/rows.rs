use super::emitter::{Code, Emitter};
use super::way::{Part, Way, power};
use super::{Block, PlanError};
use crate::microcode::{Isa, Op, Side};

/// What a program has besides its rows, in bytes, at most.
const BESIDES: usize = 48;

/// The longest step of an address.
pub(super) const STEP: u16 = u16::MAX;

/// What is written for each part.
type PartCode<'c, I> = &'c dyn Fn(&mut Emitter<'_, I>, &Part) -> Result<(), PlanError>;

/// `rows` rows like `first`, the starts of which lie `pitches` apart, up or down. Both addresses are set.
pub(super) fn rect<I: Isa>(
    e: &mut Emitter<'_, I>,
    way: &Way,
    first: &Part,
    rows: u32,
    pitches: [i32; 2],
) -> Result<(), PlanError> {
    let [source, destination] = [Side::Source, Side::Destination]
        .map(|side| way.memory(side).then_some(pitches[usize::from(side == Side::Destination)]));
    let gap = |pitch: Option<i32>| pitch.map_or(0, |pitch| i64::from(pitch) - i64::from(first.bytes));
    let gaps = [(Side::Source, gap(source)), (Side::Destination, gap(destination))];
    // Each row of a pattern begins with the word's first byte.
    let restarts = matches!(way, Way::Pattern(_)) && !first.bytes.is_multiple_of(e.setup().bus_bytes.into());
    if rows == 1 || !restarts && gaps.iter().all(|(_, gap)| *gap == 0) {
        return way.part(e, &Part { bytes: first.bytes * rows, ..*first });
    }
    // Where such a row ends the one before has begun: the address would not say which of the two a checkpoint stands at.
    let back_to_back = destination.or(source).is_some_and(|pitch| i64::from(pitch) == -i64::from(first.bytes));
    // Modulo the bus, down is up.
    let distances = [source, destination].map(|pitch| pitch.unwrap_or(0) as u32);
    alike(e, way, first, rows, distances, &|e, row| {
        let skip: Code<'_, I> = &|e| gaps.iter().try_for_each(|(side, gap)| skip(e, *side, *gap));
        if back_to_back {
            return e.late_checkpoint(&|e| way.part(e, row), skip);
        }
        way.part(e, row)?;
        skip(e)
    })
}

/// Take the gate's event off, whoever has sent it, and say so: what is sent from then on is a grant.
pub(super) fn enter<I: Isa>(e: &mut Emitter<'_, I>, gate: u8) -> Result<(), PlanError> {
    let event = e.setup().event;
    e.ops(&[Op::WaitEvent(gate, false), Op::SendEvent(event)])
}

/// The periods of a lap, one event each. Both addresses are set.
pub(super) fn periods<I: Isa>(
    e: &mut Emitter<'_, I>,
    way: &Way,
    lap: &Block,
    period: u32,
    gate: Option<u8>,
) -> Result<(), PlanError> {
    let Block { source, destination, bytes } = *lap;
    let first = Part { source, destination, bytes: period, apart: 0, last: false };
    let distance = |side| if way.memory(side) { period } else { 0 };
    let pitches = [distance(Side::Source), distance(Side::Destination)];
    alike(e, way, &first, bytes / period, pitches, &|e, part| {
        if let Some(event) = gate {
            e.op(Op::WaitEvent(event, false))?;
        }
        way.part(e, part)?;
        e.signal().map(drop)
    })
}

/// `count` parts with the fewest different pieces of code.
fn alike<I: Isa>(
    e: &mut Emitter<'_, I>,
    way: &Way,
    first: &Part,
    count: u32,
    pitches: [u32; 2],
    part: PartCode<'_, I>,
) -> Result<(), PlanError> {
    let bus = u32::from(e.setup().bus_bytes);
    let [source, destination] = pitches;
    // After so many parts the addresses are again as at first.
    let lanes = (bus / u32::from(power(source | destination | bus))).min(count);
    let nth = |n: u32| Part {
        source: first.source.wrapping_add(n.wrapping_mul(source)),
        destination: first.destination.wrapping_add(n.wrapping_mul(destination)),
        last: false,
        ..*first
    };
    let exact: Code<'_, I> = &|e| {
        e.repeat(count / lanes, &|e| (0..lanes).try_for_each(|n| part(e, &nth(n))))?;
        (0..count % lanes).try_for_each(|n| part(e, &nth(n)))
    };
    let narrow = Part { apart: source | destination, ..nth(0) };
    let narrow: Code<'_, I> = &|e| e.repeat(count, &|e| part(e, &narrow));
    let device = matches!(way, Way::Out(_) | Way::In(_));
    let fits = |len: u32| len <= I::LIMITS.jump.into() && len as usize + BESIDES <= e.room();
    // Where there is no room for the code of each lane, beats to which all lanes are alike are the smaller evil.
    if lanes == 1 || matches!(way, Way::Pattern(_)) || !device && e.length(exact).is_ok_and(fits) {
        exact(e)
    } else {
        narrow(e)
    }
}

/// Move an address on, or back. Of several steps the last is the longest: on the way nothing looks like the row to come.
fn skip<I: Isa>(e: &mut Emitter<'_, I>, side: Side, gap: i64) -> Result<(), PlanError> {
    if gap < 0 && !e.setup().subtracts {
        return Err(PlanError::NoSubtract);
    }
    let step = |by| if gap < 0 { Op::SubtractAddress(side, by) } else { Op::AddAddress(side, by) };
    let most = u64::from(STEP);
    if let rest @ 1.. = gap.unsigned_abs() % most {
        e.op(step(rest as u16))?;
    }
    // A gap is no longer than all addresses.
    e.times((gap.unsigned_abs() / most) as u32, &|e| e.op(step(STEP)))
}
