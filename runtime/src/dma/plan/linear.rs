use super::emitter::Emitter;
use super::layout::{Burst, Layout, Span, Step};
use super::{Attributes, PlanError};
use crate::microcode::{Access, Control, Isa, Op, When};

/// From memory to memory, as [`Layout`] has it. Both addresses are set.
pub(super) fn emit<I: Isa>(e: &mut Emitter<'_, I>, source: u32, destination: u32, bytes: u32) -> Result<(), PlanError> {
    let setup = *e.setup();
    // The bytes beside the last whole line go in one burst of narrow beats.
    if setup.bus_bytes - 1 > I::LIMITS.burst {
        return Err(PlanError::BusWidth(setup.bus_bytes));
    }
    let span = Span {
        source,
        destination,
        bytes,
        bus_bytes: setup.bus_bytes,
        fifo_lines: setup.fifo_lines,
        barriers: setup.barriers,
    };
    let layout = Layout::of(&span, &I::LIMITS)?;
    e.needs(layout.fifo);
    step(e, &layout.head, 1)?;
    step(e, &layout.body, layout.count)?;
    layout.rest.iter().try_for_each(|rest| step(e, rest, 1))
}

fn step<I: Isa>(e: &mut Emitter<'_, I>, step: &Step, count: u32) -> Result<(), PlanError> {
    if step.is_none() || count == 0 {
        return Ok(());
    }
    let control = control(e, step);
    e.set_control(control)?;
    e.moves(step.store.longest());
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
fn control<I: Isa>(e: &Emitter<'_, I>, step: &Step) -> Control {
    let setup = e.setup();
    let (load, store) = match step {
        Step { load, store: Burst::NONE } => (*load, *load),
        Step { load: Burst::NONE, store } => (*store, *store),
        Step { load, store } => (*load, *store),
    };
    let mut control = Control {
        source: access(load, setup.source_attributes),
        destination: access(store, setup.destination_attributes),
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

fn access(burst: Burst, attributes: Attributes) -> Access {
    Access {
        increment: true,
        beat: burst.beat,
        burst: burst.beats,
        cache: attributes.cache,
        protection: attributes.protection,
    }
}
