use super::emitter::Emitter;
use super::place::{Place, Record};
use super::program::table;
use super::progress::Track;
use super::{Block, End, PlanError, Program, Request, Work, linear};
use crate::microcode::{Isa, Side};

/// Plan a transfer: write its program to `out`, and behind it, from the next multiple of 4 on, a table of one
/// [`Place`] a block.
///
/// The program moves every byte once and in order, waits until what it wrote is written before it signals its event,
/// and ends, if it is not endless. Bytes of `out` behind the table are left alone; on an error its contents are
/// unspecified.
///
/// Any context, no allocation; bounded by the number of blocks, not by the length.
///
/// # Errors
/// [`PlanError`].
pub fn transfer<I: Isa>(request: &Request<'_>, out: &mut [u8]) -> Result<Program, PlanError> {
    let mut program = program::<I>(request, out)?;
    let table = table(program.len);
    let size = usize::from(table) + usize::from(program.blocks) * Place::SIZE;
    let have = out.len();
    let too_long = PlanError::TooLong { need: size as u32, have: have as u32 };
    program.size = u16::try_from(size).map_err(|_| PlanError::TooManyBlocks)?;
    let places = out.get_mut(table.into()..size).ok_or(too_long)?;
    let mut end = 0;
    let mut first = 0;
    for (block, place) in blocks(request).zip(places.chunks_exact_mut(Place::SIZE)) {
        end += block.bytes;
        let record = Record { end, first, lows: [block.source as u8, block.destination as u8] };
        place.copy_from_slice(&record.to_bytes());
        first = 0;
    }
    Ok(program)
}

fn blocks<'r>(request: &Request<'r>) -> impl Iterator<Item = Block> + use<'r> {
    let blocks = match request.work {
        Work::Blocks { blocks, .. } => blocks,
        _ => &[],
    };
    blocks.iter().copied()
}

pub(super) fn program<I: Isa>(request: &Request<'_>, out: &mut [u8]) -> Result<Program, PlanError> {
    let setup = request.setup;
    let (End::Memory, End::Memory) = (request.source, request.destination) else { return Err(PlanError::Sides) };
    let Work::Blocks { blocks, .. } = request.work else { return Err(PlanError::Sides) };
    let [block] = blocks else { return Err(PlanError::TooManyBlocks) };
    if block.bytes == 0 {
        return Err(PlanError::Empty);
    }
    let last = block.bytes - 1;
    if block.source.checked_add(last).is_none() || block.destination.checked_add(last).is_none() {
        return Err(PlanError::AddressRange);
    }
    if !setup.bus_bytes.is_power_of_two() || setup.bus_bytes > I::LIMITS.beat {
        return Err(PlanError::BusWidth(setup.bus_bytes));
    }
    if setup.fifo_lines == 0 || I::LIMITS.burst == 0 {
        return Err(PlanError::FifoTooSmall);
    }
    let mut e = Emitter::<I>::new(setup, out);
    let source_at = e.address(Side::Source, block.source)?;
    let destination_at = e.address(Side::Destination, block.destination)?;
    let ready = e.len() as u8;
    linear::emit(&mut e, block.source, block.destination, block.bytes)?;
    let last_event_at = e.signal()?;
    e.op(crate::microcode::Op::End)?;
    let tally = *e.tally();
    let len = e.finish()?;
    Ok(Program {
        len,
        size: len,
        blocks: 1,
        bytes: block.bytes,
        alignment: setup.bus_bytes,
        instructions: tally.instructions,
        loads: tally.loads,
        stores: tally.stores,
        fifo: tally.fifo,
        events: tally.events,
        last_event_at: Some(last_event_at as u16),
        endless: false,
        checkpoint: setup.checkpoint.map(|c| c.event),
        source_at: source_at as u16,
        destination_at: destination_at as u16,
        source: block.source,
        destination: block.destination,
        track: Track {
            source: Some(source_at as u8),
            destination: Some(destination_at as u8),
            ready,
            side: Side::Destination,
            row: block.bytes,
            source_pitch: block.bytes,
            destination_pitch: block.bytes,
            blocks: 0,
            period: 0,
            burst: tally.burst.min(u16::MAX.into()) as u16,
            ahead: 0,
            exact: None,
            short: false,
        },
    })
}
