use super::emitter::Emitter;
use super::layout::{Burst, Span, Step};
use super::way::Part;
use super::{Attributes, PlanError};
use crate::microcode::{Access, Control, Isa, Op, Side, When};

/// Layouts depend on addresses only modulo this: no burst crosses a multiple of it.
const PAGE: u32 = 4096;

/// From memory to memory, as [`Layout`](super::layout::Layout) has it; or from the one word
/// that lies at `word`. Both addresses are set.
pub(super) fn emit<I: Isa>(e: &mut Emitter<'_, I>, part: &Part, word: Option<u32>) -> Result<(), PlanError> {
    let setup = *e.setup();
    // The bytes beside the last whole line go in one burst of narrow beats.
    if setup.bus_bytes - 1 > I::LIMITS.burst {
        return Err(PlanError::BusWidth(setup.bus_bytes));
    }
    let width = part.width(setup.bus_bytes);
    let span = Span {
        // A word is as good as memory that begins at a line.
        source: if word.is_some() { 0 } else { part.source % PAGE },
        destination: part.destination % PAGE,
        bytes: part.bytes,
        bus_bytes: setup.bus_bytes,
        width,
        fifo_lines: setup.fifo_lines,
        barriers: setup.barriers,
        word: word.is_some(),
    };
    if word.is_some() && width < setup.bus_bytes {
        return Err(PlanError::Misaligned(Side::Destination));
    }
    let layout = e.layout(&span)?;
    e.needs(layout.fifo);
    let bytes = word.map(|_| setup.bus_bytes);
    step(e, &layout.head, 1, bytes)?;
    step(e, &layout.body, layout.count, bytes)?;
    for rest in &layout.rest {
        step(e, rest, 1, bytes)?;
    }
    // What lies beside whole words is read as memory is.
    match (word, part.bytes % u32::from(setup.bus_bytes)) {
        (Some(word), beside @ 1..) if !part.last => e.op(if setup.subtracts {
            Op::SubtractAddress(Side::Source, beside as u16)
        } else {
            Op::SetAddress(Side::Source, word)
        }),
        _ => Ok(()),
    }
}

fn step<I: Isa>(e: &mut Emitter<'_, I>, step: &Step, count: u32, word: Option<u8>) -> Result<(), PlanError> {
    if step.is_none() || count == 0 {
        return Ok(());
    }
    let control = control(e, step, word);
    e.set_control(control)?;
    e.moves(step.store.longest(), 0);
    let (load, store, barriers) = (!step.load.is_none(), !step.store.is_none(), e.setup().barriers);
    e.repeat(count, &|e| {
        if load {
            e.op(Op::Load(When::Always))?;
        }
        if load && barriers {
            e.op(Op::ReadBarrier)?;
        }
        if store {
            e.op(Op::Store(When::Always))?;
        }
        if store && barriers { e.op(Op::WriteBarrier) } else { Ok(()) }
    })
}

/// Both sides for `step`. A side it does not touch keeps what it had, which costs the controller nothing.
fn control<I: Isa>(e: &Emitter<'_, I>, step: &Step, word: Option<u8>) -> Control {
    let setup = e.setup();
    let (load, store) = match step {
        Step { load, store: Burst::NONE } => (*load, *load),
        Step { load: Burst::NONE, store } => (*store, *store),
        Step { load, store } => (*load, *store),
    };
    let stays = word == Some(load.beat);
    let mut control = Control {
        source: access(load.beat, load.beats, !stays, setup.source_attributes),
        destination: access(store.beat, store.beats, true, setup.destination_attributes),
        swap: 1,
    };
    if let Some(last) = e.control() {
        if step.load.is_none() {
            control.source = last.source;
        }
        if step.store.is_none() {
            control.destination = last.destination;
        }
    }
    control
}

pub(super) fn access(beat: u8, burst: u8, increment: bool, attributes: Attributes) -> Access {
    Access { increment, beat, burst, cache: attributes.cache, protection: attributes.protection }
}
