use core::cell::Cell;

use super::emitter::{Code, Emitter};
use super::place::{Place, Record};
use super::program::table;
use super::progress::{Exact, Track};
use super::way::{Part, Way};
use super::{Block, End, Handshake, PlanError, Program, Request, Tail, Work, plain, rows};
use crate::dma::FULL;
use crate::microcode::{Isa, Op, Side};

/// Plan a transfer: write its program to `out`, and behind it, from the next multiple of 4 on, a table of one
/// [`Place`] a block.
///
/// The program moves every byte once and in order, waits until what it wrote is written before it signals its event,
/// and ends, if it is not endless. Bytes of `out` behind the table are left alone; on an error its contents are
/// unspecified.
///
/// Any context, no allocation. It takes as long as there are blocks, whatever their length: tens of microseconds for each
/// different one on a fast processor, a millisecond for a rectangle whose rows begin in ever other lanes of the bus.
///
/// # Errors
/// [`PlanError`].
pub fn transfer<I: Isa>(request: &Request<'_>, out: &mut [u8]) -> Result<Program, PlanError> {
    if !FULL {
        return match request {
            Request {
                setup,
                source: End::Memory,
                destination: End::Memory,
                work: Work::Blocks { blocks: [one], .. },
            } if setup.checkpoint.is_none() => plain::plan::<I>(setup, one, out),
            _ => Err(PlanError::OutOfScope),
        };
    }
    let blocks = match request.work {
        Work::Blocks { blocks, .. } => blocks.len(),
        _ => 1,
    };
    let records = blocks.saturating_mul(Place::SIZE);
    let have = out.len();
    // Until the program's length is known, the table waits behind the room for it.
    let room = have.checked_sub(records);
    let (code, late) = out.split_at_mut(room.unwrap_or(0));
    let need = |len: usize| len.next_multiple_of(4).saturating_add(records).min(u32::MAX as usize);
    let too_long = |len: usize| PlanError::TooLong { need: need(len) as u32, have: have as u32 };
    let mut program = match program::<I>(request, code, late) {
        Ok(program) => program,
        // No room would be enough.
        Err(PlanError::TooLong { need, .. }) if need > u16::MAX.into() => return Err(PlanError::TooManyBlocks),
        Err(PlanError::TooLong { need, .. }) => return Err(too_long(need as usize)),
        Err(error) => return Err(error),
    };
    let (len, size) = (usize::from(program.len), need(program.len.into()));
    program.size = u16::try_from(size).map_err(|_| PlanError::TooManyBlocks)?;
    let Some(room) = room.filter(|_| size <= have) else { return Err(too_long(len)) };
    out.copy_within(room.., table(program.len).into());
    if let Some(gap) = out.get_mut(len..table(program.len).into()) {
        gap.fill(0);
    }
    Ok(program)
}

/// The program alone; its table goes to `late`, as far as that reaches.
pub(super) fn program<I: Isa>(request: &Request<'_>, out: &mut [u8], late: &mut [u8]) -> Result<Program, PlanError> {
    let bytes = request.check(&I::LIMITS)?;
    let first = request.first().ok_or(PlanError::Empty)?;
    let way = Way::between(request.source, request.destination)?;
    let mut e = Emitter::<I>::new(request.setup, out);
    if let Work::Cyclic { gate: Some(gate), .. } = request.work {
        rows::enter(&mut e, gate)?;
    }
    way.begin(&mut e)?;
    let mut table = Table { records: late.chunks_exact_mut(Place::SIZE), end: 0 };
    let (moves, last_event_at, blocks) = match request.work {
        Work::Blocks { blocks, event_every } => {
            let (moves, last) = list(&mut e, &way, blocks, event_every, &mut table)?;
            (moves, Some(last), u16::try_from(blocks.len()).map_err(|_| PlanError::TooManyBlocks)?)
        }
        Work::Rect { row_bytes, rows, source_pitch, destination_pitch, .. } => {
            let moves = addresses(&mut e, &way, &first)?;
            table.add(&moves, &first);
            let pitches = [source_pitch, destination_pitch];
            rows::rect(&mut e, &way, &Part { bytes: row_bytes, ..whole(&first) }, rows, pitches)?;
            (moves, Some(e.signal()?), 1)
        }
        Work::Cyclic { block, period_bytes, gate } => {
            let moves = Cell::new(Moves::default());
            let lap: Code<'_, I> = &|e| {
                moves.set(addresses(e, &way, &block)?);
                rows::periods(e, &way, &block, period_bytes, gate)
            };
            e.forever(lap)?;
            table.add(&moves.get(), &block);
            (moves.get(), None, 1)
        }
    };
    let endless = last_event_at.is_none();
    if !endless {
        e.op(Op::End)?;
    }
    let tally = *e.tally();
    let len = e.finish()?;
    Ok(Program {
        len,
        size: len,
        blocks,
        bytes,
        alignment: request.setup.bus_bytes,
        instructions: tally.instructions,
        loads: tally.loads,
        stores: tally.stores,
        fifo: tally.fifo,
        events: tally.events,
        last_event_at: last_event_at.map(|at| at as u16),
        endless,
        checkpoint: request.setup.checkpoint.map(|checkpoint| checkpoint.event),
        track: track::<I>(request, &way, &moves, tally.burst, tally.ahead)?,
    })
}

/// The blocks of a list one after the other; returns how each sets its addresses and where the last event is signalled.
fn list<I: Isa>(
    e: &mut Emitter<'_, I>,
    way: &Way,
    blocks: &[Block],
    event_every: u16,
    table: &mut Table<'_>,
) -> Result<(Moves, usize), PlanError> {
    let mut moves = None;
    for (i, block) in blocks.iter().enumerate() {
        let here = addresses(e, way, block)?;
        table.add(&here, block);
        moves.get_or_insert(here);
        let last = i + 1 == blocks.len();
        way.part(e, &Part { last, ..whole(block) })?;
        if !last && event_every > 0 && (i + 1).is_multiple_of(event_every.into()) {
            e.signal()?;
        }
    }
    Ok((moves.unwrap_or_default(), e.signal()?))
}

/// Set the addresses of memory for `block`.
fn addresses<I: Isa>(e: &mut Emitter<'_, I>, way: &Way, block: &Block) -> Result<Moves, PlanError> {
    let mut moves = Moves { first: e.len(), ..Moves::default() };
    if way.memory(Side::Source) {
        moves.source = Some(e.address(Side::Source, block.source)?);
    }
    if way.memory(Side::Destination) {
        moves.destination = Some(e.address(Side::Destination, block.destination)?);
    }
    moves.ready = e.len();
    Ok(moves)
}

fn whole(block: &Block) -> Part {
    let Block { source, destination, bytes } = *block;
    Part { source, destination, bytes, apart: 0, last: true }
}

/// Where a block's addresses stand.
#[derive(Clone, Copy, Default)]
struct Moves {
    first: usize,
    source: Option<usize>,
    destination: Option<usize>,
    /// Behind them.
    ready: usize,
}

impl Moves {
    /// From the block's first instruction.
    fn distance(&self, side: Side) -> Option<u8> {
        let at = match side {
            Side::Source => self.source,
            Side::Destination => self.destination,
        };
        at.map(|at| (at - self.first) as u8)
    }
}

/// Records of blocks, as they come.
struct Table<'t> {
    records: core::slice::ChunksExactMut<'t, u8>,
    end: u32,
}

impl Table<'_> {
    fn add(&mut self, moves: &Moves, block: &Block) {
        self.end = self.end.saturating_add(block.bytes);
        let lows = [block.source as u8, block.destination as u8];
        if let Some(place) = self.records.next() {
            place.copy_from_slice(&Record { end: self.end, first: moves.first as u16, lows }.to_bytes());
        }
    }
}

fn track<I: Isa>(request: &Request<'_>, way: &Way, moves: &Moves, burst: u32, ahead: u32) -> Result<Track, PlanError> {
    let (row, [source_pitch, destination_pitch]) = match request.work {
        Work::Rect { row_bytes, source_pitch, destination_pitch, .. } => (row_bytes, [source_pitch, destination_pitch]),
        _ => (u32::MAX, [0; 2]),
    };
    let settle = I::encode(Op::WriteBarrier)?.as_bytes().first().copied().unwrap_or(0);
    let barriers = request.setup.barriers;
    let exact = match way {
        Way::In(port) if (port.exact || barriers) && port.handshake != Handshake::Peripheral => {
            let beat = u16::from(port.beat);
            Some(match (port.handshake, port.tail) {
                (Handshake::Single, _) => Exact { settle, request: beat, tail: beat },
                (_, Tail::Singles) => Exact { settle, request: beat * u16::from(port.burst), tail: beat },
                (_, Tail::ShortBurst) => Exact { settle, request: beat * u16::from(port.burst), tail: 0 },
            })
        }
        _ => None,
    };
    let short = matches!(way, Way::In(port) | Way::Out(port) if port.handshake == Handshake::Peripheral);
    Ok(Track {
        source: moves.distance(Side::Source),
        destination: moves.distance(Side::Destination),
        ready: (moves.ready - moves.first) as u8,
        side: if way.memory(Side::Destination) { Side::Destination } else { Side::Source },
        row,
        source_pitch,
        destination_pitch,
        blocks: match request.work {
            Work::Blocks { event_every, .. } => event_every,
            _ => 0,
        },
        period: match request.work {
            Work::Cyclic { period_bytes, .. } => period_bytes,
            _ => 0,
        },
        burst: burst.min(u16::MAX.into()) as u16,
        ahead: ahead.min(u16::MAX.into()) as u16,
        exact,
        short,
    })
}
