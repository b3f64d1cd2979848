use super::assembler::Assembler;
use super::layout::{Burst, Layout, Step};
use super::loops::{Costs, Loops, Nest};
use super::{Attributes, CopyRequest, PlanError, Program};
use crate::microcode::{Access, Control, Isa, Op, Side, Unencodable, When};

/// Plan a copy and write its program to `out`.
///
/// The program sets both addresses, moves every byte once, waits until the last one is written, signals
/// [`event`](CopyRequest::event) once and ends. Bytes of `out` behind the program are left alone; on an error its
/// contents are unspecified.
///
/// Any context, no allocation; bounded by some ten thousand steps whatever the length.
pub fn copy<I: Isa>(request: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
    request.check(&I::LIMITS)?;
    let layout = Layout::of(request, &I::LIMITS)?;
    let mut writer =
        Writer::<I> { asm: Assembler::new(out), request, control: None, instructions: 0, loads: 0, stores: 0 };
    let source_at = writer.asm.patchable(|at| Op::SetAddress(Side::Source, at), request.source)?;
    let destination_at = writer.asm.patchable(|at| Op::SetAddress(Side::Destination, at), request.destination)?;
    writer.instructions = 2;
    writer.step(&layout.head, 1)?;
    writer.step(&layout.body, layout.count)?;
    for step in &layout.rest {
        writer.step(step, 1)?;
    }
    if !request.barriers {
        writer.once(Op::WriteBarrier)?;
    }
    writer.once(Op::SendEvent(request.event))?;
    writer.once(Op::End)?;
    let (instructions, loads, stores) = (writer.instructions, writer.loads, writer.stores);
    let len = writer.asm.finish()?;
    Ok(Program {
        len,
        source_at: source_at as u16,
        destination_at: destination_at as u16,
        source: request.source,
        destination: request.destination,
        bytes: request.bytes,
        alignment: request.bus_bytes,
        instructions,
        loads,
        stores,
        fifo: layout.fifo,
    })
}

struct Writer<'a, I> {
    asm: Assembler<'a, I>,
    request: &'a CopyRequest,
    /// What the transfer control was last set to.
    control: Option<Control>,
    instructions: u32,
    loads: u32,
    stores: u32,
}

impl<I: Isa> Writer<'_, I> {
    fn once(&mut self, op: Op) -> Result<(), Unencodable> {
        self.instructions = self.instructions.saturating_add(1);
        self.asm.op(op)
    }

    fn step(&mut self, step: &Step, count: u32) -> Result<(), PlanError> {
        if step.is_none() || count == 0 {
            return Ok(());
        }
        self.set_control(step)?;
        let body = self.body(step);
        let body = body.iter().flatten();
        let mut costs = Costs { body: 0, body_instructions: 0, nest: 0 };
        for op in body.clone() {
            costs.body += I::encode(*op)?.len() as u32;
            costs.body_instructions += 1;
        }
        if I::LIMITS.counters > 0 && I::LIMITS.iterations > 0 {
            let ends = (I::encode(Op::Loop(0, 1))?, I::encode(Op::LoopEnd(0, When::Always, 0))?);
            costs.nest = (ends.0.len() + ends.1.len()) as u32;
        }
        let loops = Loops::plan(count, &costs, &I::LIMITS);
        if self.asm.reserve(loops.bytes(&costs)) {
            for nest in &loops.0 {
                self.nest(nest, body.clone())?;
            }
        }
        self.instructions = self.instructions.saturating_add(loops.instructions(&costs));
        self.loads += if step.load.is_none() { 0 } else { count };
        self.stores += if step.store.is_none() { 0 } else { count };
        Ok(())
    }

    /// The instructions that move one load and one store.
    fn body(&self, step: &Step) -> [Option<Op>; 4] {
        let (load, store) = (!step.load.is_none(), !step.store.is_none());
        let barriers = self.request.barriers;
        [
            load.then_some(Op::Load(When::Always)),
            (load && barriers).then_some(Op::ReadBarrier),
            store.then_some(Op::Store(When::Always)),
            (store && barriers).then_some(Op::WriteBarrier),
        ]
    }

    fn nest<'o>(&mut self, nest: &Nest, body: impl Iterator<Item = &'o Op> + Clone) -> Result<(), PlanError> {
        if nest.outer > 1 {
            self.asm.op(Op::Loop(1, nest.outer as u16))?;
        }
        let outer = self.asm.len();
        if nest.inner > 1 {
            self.asm.op(Op::Loop(0, nest.inner as u16))?;
        }
        let inner = self.asm.len();
        for _ in 0..nest.unroll {
            for op in body.clone() {
                self.asm.op(*op)?;
            }
        }
        if nest.inner > 1 {
            self.asm.loop_end(0, inner)?;
        }
        if nest.outer > 1 {
            self.asm.loop_end(1, outer)?;
        }
        Ok(())
    }

    /// Set both sides for `step`. A side it does not touch keeps what it had, which costs the controller nothing.
    fn set_control(&mut self, step: &Step) -> Result<(), Unencodable> {
        let request = self.request;
        let (load, store) = match step {
            Step { load, store: Burst::NONE } => (*load, *load),
            Step { load: Burst::NONE, store } => (*store, *store),
            Step { load, store } => (*load, *store),
        };
        let mut control = Control {
            source: access(load, request.source_attributes),
            destination: access(store, request.destination_attributes),
            swap: 1,
        };
        if let Some(last) = self.control {
            if step.load.is_none() {
                control.source = last.source;
            }
            if step.store.is_none() {
                control.destination = last.destination;
            }
        }
        if self.control == Some(control) {
            return Ok(());
        }
        self.control = Some(control);
        self.once(Op::SetControl(I::control(&control)))
    }
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
