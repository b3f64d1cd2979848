//! One block from memory to memory: the programs of [`transfer`](super::transfer) by a tenth of its code, for engines that
//! do nothing else.

use super::assembler::Assembler;
use super::layout::{Burst, Layout, Span, Step};
use super::linear::{PAGE, access};
use super::loops::{Costs, Loops, Nest};
use super::place::{Place, Record};
use super::progress::Track;
use super::{Block, PlanError, Program, Setup};
use crate::microcode::{Control, Isa, Op, Side, When};

/// As [`transfer`](super::transfer) for one block; the table behind the program can be left out.
pub(super) fn plan<I: Isa>(
    setup: &Setup,
    block: &Block,
    out: &mut [u8],
    with_table: bool,
) -> Result<Program, PlanError> {
    let Block { source, destination, bytes } = *block;
    let bus_bytes = setup.bus_bytes;
    if bytes == 0 {
        return Err(PlanError::Empty);
    }
    if source.max(destination).checked_add(bytes - 1).is_none() {
        return Err(PlanError::AddressRange);
    }
    // The bytes beside the last whole line go in one burst of narrow beats.
    if !bus_bytes.is_power_of_two() || bus_bytes > I::LIMITS.beat || bus_bytes - 1 > I::LIMITS.burst {
        return Err(PlanError::BusWidth(bus_bytes));
    }
    let span = Span {
        source: source % PAGE,
        destination: destination % PAGE,
        bytes,
        bus_bytes,
        width: bus_bytes,
        fifo_lines: setup.fifo_lines,
        barriers: setup.barriers,
        word: false,
    };
    let layout = Layout::of(&span, &I::LIMITS)?;
    let have = out.len();
    let track = Track { side: Side::Destination, row: u32::MAX, ..Track::NONE };
    let mut w = Writer::<I> {
        asm: Assembler::new(out),
        setup,
        last: (Burst::NONE, Burst::NONE),
        program: Program {
            bytes,
            blocks: 1,
            alignment: bus_bytes,
            fifo: layout.fifo,
            events: 1,
            track,
            ..Program::NONE
        },
    };
    let source_at = w.address(Side::Source, source)?;
    let destination_at = w.address(Side::Destination, destination)?;
    let ready = w.asm.len();
    w.step(&layout.head, 1)?;
    w.step(&layout.body, layout.count)?;
    layout.rest.iter().try_for_each(|step| w.step(step, 1))?;
    if !setup.barriers {
        w.op(Op::WriteBarrier)?;
    }
    let last = w.asm.len();
    w.op(Op::SendEvent(setup.event))?;
    w.op(Op::End)?;
    let Writer { asm, mut program, .. } = w;
    let len = asm.len();
    let size = if with_table { len.next_multiple_of(4) + Place::SIZE } else { len };
    let Some(room) = out.get_mut(len..size).filter(|_| size <= u16::MAX.into()) else {
        return Err(PlanError::TooLong { need: size as u32, have: have as u32 });
    };
    if with_table {
        let record = Record { end: bytes, first: 0, lows: [source as u8, destination as u8] }.to_bytes();
        let gap = [0; 3].into_iter().take(room.len().saturating_sub(Place::SIZE));
        for (place, byte) in room.iter_mut().zip(gap.chain(record)) {
            *place = byte;
        }
    }
    (program.len, program.size) = (len as u16, size as u16);
    program.last_event_at = Some(last as u16);
    program.track.source = Some(source_at as u8);
    program.track.destination = Some(destination_at as u8);
    program.track.ready = ready as u8;
    Ok(program)
}

struct Writer<'a, I> {
    asm: Assembler<'a, I>,
    setup: &'a Setup,
    last: (Burst, Burst),
    program: Program,
}

impl<I: Isa> Writer<'_, I> {
    fn op(&mut self, op: Op) -> Result<(), PlanError> {
        self.program.instructions = self.program.instructions.saturating_add(1);
        Ok(self.asm.op(op)?)
    }

    fn address(&mut self, side: Side, address: u32) -> Result<usize, PlanError> {
        self.program.instructions += 1;
        self.asm.patchable(|at| Op::SetAddress(side, at), address)
    }

    /// `count` times a step.
    fn step(&mut self, step: &Step, count: u32) -> Result<(), PlanError> {
        if step.is_none() || count == 0 {
            return Ok(());
        }
        // A side that is not touched keeps what it had, which costs the controller nothing.
        let first = |bursts: [Burst; 3]| bursts.into_iter().find(|burst| !burst.is_none()).unwrap_or(Burst::NONE);
        let load = first([step.load, self.last.0, step.store]);
        let store = first([step.store, self.last.1, step.load]);
        if self.last != (load, store) {
            self.last = (load, store);
            let control = Control {
                source: access(load.beat, load.beats, true, self.setup.source_attributes),
                destination: access(store.beat, store.beats, true, self.setup.destination_attributes),
                swap: 1,
            };
            self.op(Op::SetControl(I::control(&control)))?;
        }
        let program = &mut self.program;
        program.track.burst = program.track.burst.max(step.store.longest() as u16);
        let (loads, stores) = (u32::from(!step.load.is_none()), u32::from(!step.store.is_none()));
        program.loads = program.loads.saturating_add(loads * count);
        program.stores = program.stores.saturating_add(stores * count);
        let body_instructions = (loads + stores) << u32::from(self.setup.barriers);
        if count == 1 {
            program.instructions = program.instructions.saturating_add(body_instructions);
            return self.body(step);
        }
        let costs = Costs { body: self.length(step)?, body_instructions, nest: nest_length::<I>()? };
        let loops = Loops::plan(count, &costs, &I::LIMITS);
        self.program.instructions = self.program.instructions.saturating_add(loops.instructions(&costs));
        if self.asm.reserve(loops.bytes(&costs)) {
            for nest in &loops.0 {
                for _ in 0..nest.times {
                    self.nest(nest, step)?;
                }
            }
        }
        Ok(())
    }

    fn nest(&mut self, nest: &Nest, step: &Step) -> Result<(), PlanError> {
        let rounds = [(1, nest.outer), (0, nest.inner)];
        let mut starts = [0; 2];
        for ((counter, times), start) in rounds.into_iter().zip(&mut starts) {
            if times > 1 {
                self.asm.op(Op::Loop(counter, times as u16))?;
            }
            *start = self.asm.len();
        }
        for _ in 0..nest.unroll {
            self.body(step)?;
        }
        for ((counter, times), start) in rounds.into_iter().zip(starts).rev() {
            if times > 1 {
                self.asm.loop_end(counter, start)?;
            }
        }
        Ok(())
    }

    fn body(&mut self, step: &Step) -> Result<(), PlanError> {
        for op in ops(step, self.setup.barriers) {
            self.asm.op(op)?;
        }
        Ok(())
    }

    /// Bytes of [`body`](Self::body).
    fn length(&self, step: &Step) -> Result<u32, PlanError> {
        ops(step, self.setup.barriers).try_fold(0, |sum, op| Ok(sum + I::encode(op)?.len() as u32))
    }
}

/// The instructions of a step.
fn ops(step: &Step, barriers: bool) -> impl Iterator<Item = Op> {
    let (load, store) = (!step.load.is_none(), !step.store.is_none());
    let all = [
        (load, Op::Load(When::Always)),
        (load && barriers, Op::ReadBarrier),
        (store, Op::Store(When::Always)),
        (store && barriers, Op::WriteBarrier),
    ];
    all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, op)| op)
}

/// Bytes that begin and end a loop.
fn nest_length<I: Isa>() -> Result<u32, PlanError> {
    if I::LIMITS.counters == 0 || I::LIMITS.iterations == 0 {
        return Ok(0);
    }
    let ends = [I::encode(Op::Loop(0, 1))?, I::encode(Op::LoopEnd(0, When::Always, 0))?];
    Ok(ends.iter().map(|end| end.len() as u32).sum())
}
