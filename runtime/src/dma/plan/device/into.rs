use super::super::emitter::Emitter;
use super::super::way::Part;
use super::super::{FifoNeed, Handshake, PlanError, PortEnd, Tail};
use super::{BURST, Bursts, EITHER, Kind, SINGLE, held, port};
use crate::microcode::{Control, Isa, Op, RequestKind, When};

/// From a device to memory. Both addresses are set.
pub(in super::super) fn emit<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, from: &PortEnd) -> Result<(), PlanError> {
    let beat = u32::from(from.beat);
    let burst = u32::from(from.burst);
    let (bursts, rest) = match from.handshake {
        Handshake::Single => (0, part.bytes / beat),
        Handshake::Burst | Handshake::Peripheral => (part.bytes / beat / burst, part.bytes / beat % burst),
    };
    let behind = Part { destination: part.destination.wrapping_add(bursts * burst * beat), ..*part };
    match from.handshake {
        Handshake::Single => requests(e, part, from, SINGLE, 1, rest),
        Handshake::Burst => {
            requests(e, part, from, BURST, burst, bursts)?;
            match from.tail {
                Tail::Singles => requests(e, &behind, from, SINGLE, 1, rest),
                Tail::ShortBurst => requests(e, &behind, from, BURST, rest, u32::from(rest > 0)),
            }
        }
        Handshake::Peripheral => {
            either(e, part, from, burst, bursts, &EITHER)?;
            either(e, &behind, from, 1, rest, &EITHER[..1])
        }
    }
}

/// `count` requests of `beats` beats.
fn requests<I: Isa>(
    e: &mut Emitter<'_, I>,
    part: &Part,
    from: &PortEnd,
    kind: Kind,
    beats: u32,
    count: u32,
) -> Result<(), PlanError> {
    if count == 0 {
        return Ok(());
    }
    let setup = *e.setup();
    let bytes = beats * u32::from(from.beat);
    let memory = Bursts::of(part, part.destination, bytes, &setup, I::LIMITS.burst);
    e.moves(bytes, 0);
    fifo(e, part, bytes, bytes - bytes / memory.count)?;
    e.set_control(Control {
        source: port(from, beats),
        destination: memory.access(setup.destination_attributes),
        swap: 1,
    })?;
    e.repeat(count, &|e| {
        e.op(Op::WaitPeripheral(kind.request, from.request))?;
        e.op(Op::LoadPeripheral(kind.when, from.request))?;
        if setup.barriers {
            e.op(Op::ReadBarrier)?;
        }
        for _ in 0..memory.count {
            e.op(Op::Store(When::Always))?;
        }
        settle(e, from)
    })
}

/// `count` requests, each a burst of `beats` beats or a single one.
fn either<I: Isa>(
    e: &mut Emitter<'_, I>,
    part: &Part,
    from: &PortEnd,
    beats: u32,
    count: u32,
    kinds: &[When],
) -> Result<(), PlanError> {
    if count == 0 {
        return Ok(());
    }
    let setup = *e.setup();
    let bytes = beats * u32::from(from.beat);
    e.moves(bytes, 0);
    fifo(e, part, bytes, 0)?;
    // A single request moves one beat of either side, so they must be alike.
    let like = super::access(from.beat, beats as u8, true, setup.destination_attributes);
    e.set_control(Control { source: port(from, beats), destination: like, swap: 1 })?;
    e.repeat(count, &|e| {
        e.op(Op::WaitPeripheral(RequestKind::Peripheral, from.request))?;
        kinds.iter().try_for_each(|when| e.op(Op::LoadPeripheral(*when, from.request)))?;
        if setup.barriers {
            e.op(Op::ReadBarrier)?;
        }
        kinds.iter().try_for_each(|when| e.op(Op::Store(*when)))?;
        settle(e, from)
    })
}

/// A request brings `bytes` bytes, `kept` of which wait in the FIFO for a second store.
fn fifo<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, bytes: u32, kept: u32) -> Result<(), PlanError> {
    let setup = *e.setup();
    let bus = u32::from(setup.bus_bytes);
    let lines = |lane: u32, bytes: u32| if bytes == 0 { 0 } else { (lane + bytes).div_ceil(bus) };
    // Requests begin in the same lane of a line only if they are whole lines.
    let lane = if (bytes | part.apart).is_multiple_of(bus) { part.destination % bus } else { bus - 1 };
    let all = held(lines(lane, bytes), &setup)?;
    let resident = if setup.barriers { all } else { held(lines(bus - 1, kept), &setup)?.min(all) };
    e.needs(FifoNeed { resident, transient: all - resident });
    Ok(())
}

fn settle<I: Isa>(e: &mut Emitter<'_, I>, from: &PortEnd) -> Result<(), PlanError> {
    if e.setup().barriers || from.exact { e.op(Op::WriteBarrier) } else { Ok(()) }
}
