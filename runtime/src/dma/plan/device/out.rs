use super::super::emitter::Emitter;
use super::super::way::Part;
use super::super::{FifoNeed, Handshake, PlanError, PortEnd, Tail};
use super::{BURST, Bursts, EITHER, Kind, SINGLE, held, port};
use crate::microcode::{Control, Isa, Op, RequestKind, When};

/// Most beats read ahead for single requests.
const AHEAD: u32 = 16;

/// From memory to a device. Both addresses are set.
pub(in super::super) fn emit<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, to: &PortEnd) -> Result<(), PlanError> {
    let beat = u32::from(to.beat);
    let burst = u32::from(to.burst);
    let (bursts, rest) = match to.handshake {
        Handshake::Single => (0, part.bytes / beat),
        Handshake::Burst | Handshake::Peripheral => (part.bytes / beat / burst, part.bytes / beat % burst),
    };
    let behind = Part { source: part.source.wrapping_add(bursts * burst * beat), ..*part };
    match to.handshake {
        Handshake::Single => singles(e, part, to, rest),
        Handshake::Burst => {
            requests(e, part, to, BURST, burst, bursts)?;
            match to.tail {
                Tail::Singles => singles(e, &behind, to, rest),
                Tail::ShortBurst => requests(e, &behind, to, BURST, rest, u32::from(rest > 0)),
            }
        }
        Handshake::Peripheral => {
            either(e, to, burst, bursts, &EITHER)?;
            either(e, to, 1, rest, &EITHER[..1])
        }
    }
}

/// Set both sides for requests of `beats` beats; returns the bursts of memory for one.
fn control<I: Isa>(
    e: &mut Emitter<'_, I>,
    part: &Part,
    to: &PortEnd,
    beats: u32,
    ahead: u32,
) -> Result<Bursts, PlanError> {
    let setup = *e.setup();
    let bytes = beats * ahead * u32::from(to.beat);
    let memory = Bursts::of(part, part.source, bytes, &setup, I::LIMITS.burst);
    e.moves(beats * u32::from(to.beat), bytes);
    e.set_control(Control { source: memory.access(setup.source_attributes), destination: port(to, beats), swap: 1 })?;
    // Each beat for a fixed address takes a line of its own.
    let lines = held(beats * ahead, &setup)?;
    let kept = setup.barriers || ahead > 1;
    e.needs(FifoNeed { resident: if kept { lines } else { 0 }, transient: if kept { 0 } else { lines } });
    Ok(memory)
}

/// `count` requests of `beats` beats.
fn requests<I: Isa>(
    e: &mut Emitter<'_, I>,
    part: &Part,
    to: &PortEnd,
    kind: Kind,
    beats: u32,
    count: u32,
) -> Result<(), PlanError> {
    if count == 0 {
        return Ok(());
    }
    let memory = control(e, part, to, beats, 1)?;
    e.repeat(count, &|e| {
        e.op(Op::WaitPeripheral(kind.request, to.request))?;
        load(e, &memory)?;
        store(e, kind.when, to)
    })
}

/// `beats` requests of one beat each, for which as much is read at once as the FIFO has room to keep: an eighth of it,
/// as other programs' bursts need the rest.
fn singles<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, to: &PortEnd, beats: u32) -> Result<(), PlanError> {
    let room = u32::from(e.setup().fifo_lines / 8).min(AHEAD).min(beats).max(1);
    // Whole lines of memory, as far as that goes.
    let ahead = 1 << room.ilog2();
    let batches = beats / ahead;
    let behind = Part { source: part.source.wrapping_add(batches * ahead * u32::from(to.beat)), ..*part };
    if ahead == 1 {
        return requests(e, part, to, SINGLE, 1, beats);
    }
    batch(e, part, to, ahead, batches)?;
    batch(e, &behind, to, beats % ahead, 1)
}

/// `count` times: read `ahead` beats, and give them to so many single requests.
fn batch<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, to: &PortEnd, ahead: u32, count: u32) -> Result<(), PlanError> {
    if ahead < 2 {
        return requests(e, part, to, SINGLE, 1, ahead * count);
    }
    let memory = control(e, part, to, 1, ahead)?;
    e.repeat(count, &|e| {
        load(e, &memory)?;
        e.times(ahead, &|e| {
            e.op(Op::WaitPeripheral(RequestKind::Single, to.request))?;
            store(e, When::Single, to)
        })
    })
}

/// `count` requests, each a burst of `beats` beats or a single one.
fn either<I: Isa>(
    e: &mut Emitter<'_, I>,
    to: &PortEnd,
    beats: u32,
    count: u32,
    kinds: &[When],
) -> Result<(), PlanError> {
    if count == 0 {
        return Ok(());
    }
    let setup = *e.setup();
    // A single request moves one beat of either side, so they must be alike.
    let like = super::access(to.beat, beats as u8, true, setup.source_attributes);
    let lines = held(beats, &setup)?;
    let (resident, transient) = if setup.barriers { (lines, 0) } else { (0, lines) };
    e.needs(FifoNeed { resident, transient });
    e.moves(beats * u32::from(to.beat), beats * u32::from(to.beat));
    e.set_control(Control { source: like, destination: port(to, beats), swap: 1 })?;
    e.repeat(count, &|e| {
        e.op(Op::WaitPeripheral(RequestKind::Peripheral, to.request))?;
        for when in kinds {
            e.op(Op::Load(*when))?;
        }
        if setup.barriers {
            e.op(Op::ReadBarrier)?;
        }
        kinds.iter().try_for_each(|when| e.op(Op::StorePeripheral(*when, to.request)))?;
        if setup.barriers { e.op(Op::WriteBarrier) } else { Ok(()) }
    })
}

fn load<I: Isa>(e: &mut Emitter<'_, I>, memory: &Bursts) -> Result<(), PlanError> {
    for _ in 0..memory.count {
        e.op(Op::Load(When::Always))?;
    }
    if e.setup().barriers { e.op(Op::ReadBarrier) } else { Ok(()) }
}

fn store<I: Isa>(e: &mut Emitter<'_, I>, when: When, to: &PortEnd) -> Result<(), PlanError> {
    e.op(Op::StorePeripheral(when, to.request))?;
    if e.setup().barriers { e.op(Op::WriteBarrier) } else { Ok(()) }
}
