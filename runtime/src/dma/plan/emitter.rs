use core::cell::Cell;

use super::assembler::Assembler;
use super::layout::{Layout, Span};
use super::loops::{Costs, Loops, Nest};
use super::{FifoNeed, PlanError, Setup};
use crate::microcode::{Control, Isa, Limits, Op, Side, When};

/// Part of a program.
pub(super) type Code<'c, I> = &'c dyn Fn(&mut Emitter<'_, I>) -> Result<(), PlanError>;

/// Writes a program's parts, repeats them in the fewest bytes, and counts what they will execute.
///
/// What is repeated is measured first, by letting it write to nowhere; so a part is a function that may run often and
/// must write the same each time it finds the same [`State`].
pub(super) struct Emitter<'a, I> {
    asm: Assembler<'a, I>,
    setup: Setup,
    /// Bytes there are for the whole program.
    room: usize,
    /// Loop counters that the code may use.
    counters: u8,
    /// A checkpoint may stand where repeated code ends.
    ends: bool,
    state: State,
    tally: Tally,
    /// The last layout: what is measured before it is written asks for the same one again and again.
    layout: Cell<Option<(Span, Layout)>>,
}

/// What the code so far leaves behind.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// What the transfer control was last set to, where that is known.
    control: Option<Control>,
    /// Something was stored since the last write barrier.
    dirty: bool,
    /// Bursts since the last checkpoint.
    since: u32,
}

/// What executing the code amounts to.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) instructions: u32,
    pub(super) loads: u32,
    pub(super) stores: u32,
    pub(super) events: u32,
    pub(super) fifo: FifoNeed,
    /// Most bytes of a store.
    pub(super) burst: u32,
    /// Most bytes loaded before they are stored.
    pub(super) ahead: u32,
    /// Loop counters in use.
    counters: u8,
    checkpoints: u32,
    /// How often the transfer control is set, and to what at first.
    controls: u32,
    control: Option<Control>,
}

impl Tally {
    /// And `times` times what `other` executes.
    fn add(&mut self, other: &Self, times: u32) {
        let sum = |a: u32, b: u32| a.saturating_add(b.saturating_mul(times));
        self.instructions = sum(self.instructions, other.instructions);
        self.loads = sum(self.loads, other.loads);
        self.stores = sum(self.stores, other.stores);
        self.events = sum(self.events, other.events);
        self.checkpoints = sum(self.checkpoints, other.checkpoints);
        self.controls = sum(self.controls, other.controls);
        self.fifo = self.fifo.and(other.fifo);
        self.burst = self.burst.max(other.burst);
        self.ahead = self.ahead.max(other.ahead);
        self.counters = self.counters.max(other.counters);
        self.control = self.control.or(other.control);
    }

    fn bursts(&self) -> u32 {
        self.loads.max(self.stores)
    }
}

impl<'a, I: Isa> Emitter<'a, I> {
    pub(super) fn new(setup: Setup, out: &'a mut [u8]) -> Self {
        let state = State { control: None, dirty: false, since: 0 };
        let room = out.len();
        Self {
            asm: Assembler::new(out),
            setup,
            room,
            counters: I::LIMITS.counters,
            ends: true,
            state,
            tally: Tally::default(),
            layout: Cell::new(None),
        }
    }

    pub(super) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Bytes there are for the whole program.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.asm.len()
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) fn finish(self) -> Result<u16, PlanError> {
        self.asm.finish()
    }

    pub(super) fn op(&mut self, op: Op) -> Result<(), PlanError> {
        self.tally.instructions = self.tally.instructions.saturating_add(1);
        match op {
            Op::Load(_) | Op::LoadPeripheral(..) => self.tally.loads = self.tally.loads.saturating_add(1),
            Op::Store(_) | Op::StorePeripheral(..) | Op::StoreZero => {
                self.tally.stores = self.tally.stores.saturating_add(1);
                self.state.dirty = true;
            }
            Op::WriteBarrier => self.state.dirty = false,
            _ => {}
        }
        Ok(self.asm.op(op)?)
    }

    pub(super) fn ops(&mut self, ops: &[Op]) -> Result<(), PlanError> {
        ops.iter().try_for_each(|op| self.op(*op))
    }

    /// Set an address; returns where it stands.
    pub(super) fn address(&mut self, side: Side, address: u32) -> Result<usize, PlanError> {
        self.tally.instructions = self.tally.instructions.saturating_add(1);
        self.asm.patchable(|at| Op::SetAddress(side, at), address)
    }

    /// What the transfer control is set to, where that is known.
    pub(super) fn control(&self) -> Option<Control> {
        self.state.control
    }

    pub(super) fn set_control(&mut self, control: Control) -> Result<(), PlanError> {
        if self.state.control == Some(control) {
            return Ok(());
        }
        self.state.control = Some(control);
        self.tally.controls = self.tally.controls.saturating_add(1);
        self.tally.control.get_or_insert(control);
        self.op(Op::SetControl(I::control(&control)))
    }

    /// How to copy `span`.
    pub(super) fn layout(&self, span: &Span) -> Result<Layout, PlanError> {
        if let Some((_, layout)) = self.layout.get().filter(|(last, _)| last == span) {
            return Ok(layout);
        }
        let layout = Layout::of(span, &I::LIMITS)?;
        self.layout.set(Some((*span, layout)));
        Ok(layout)
    }

    /// FIFO lines that the next code needs.
    pub(super) fn needs(&mut self, fifo: FifoNeed) {
        self.tally.fifo = self.tally.fifo.and(fifo);
    }

    /// Bytes of a store of the next code, and bytes loaded before it.
    pub(super) fn moves(&mut self, burst: u32, ahead: u32) {
        self.tally.burst = self.tally.burst.max(burst);
        self.tally.ahead = self.tally.ahead.max(ahead);
    }

    /// Wait until everything stored so far is written.
    pub(super) fn settle(&mut self) -> Result<(), PlanError> {
        if self.state.dirty { self.op(Op::WriteBarrier) } else { Ok(()) }
    }

    /// Signal the transfer's event; returns where.
    pub(super) fn signal(&mut self) -> Result<usize, PlanError> {
        self.settle()?;
        let at = self.len();
        self.tally.events = self.tally.events.saturating_add(1);
        self.op(Op::SendEvent(self.setup.event))?;
        Ok(at)
    }

    fn checkpoint(&mut self, event: u8) -> Result<(), PlanError> {
        self.settle()?;
        self.state.since = 0;
        self.tally.checkpoints = self.tally.checkpoints.saturating_add(1);
        self.ops(&[Op::SendEvent(event), Op::WaitEvent(event, false)])
    }

    /// An endless loop around `body`; returns where it begins.
    pub(super) fn forever(&mut self, body: Code<'_, I>) -> Result<usize, PlanError> {
        let probe = self.survey(self.counters, body)?;
        self.adopt(&probe)?;
        let first = self.len();
        body(self)?;
        self.op(Op::LoopForeverEnd(When::Always, self.asm.jump(first)?))?;
        Ok(first)
    }

    /// `count` times `body`, with checkpoints where they are wanted.
    pub(super) fn repeat(&mut self, count: u32, body: Code<'_, I>) -> Result<(), PlanError> {
        let Some(checkpoint) = self.setup.checkpoint else {
            return self.times(count, body);
        };
        let (every, event) = (u32::from(checkpoint.bursts), checkpoint.event);
        let tally = self.measure(self.counters, State { since: 0, ..self.state }, body)?.tally;
        if tally.checkpoints > 0 {
            return self.times(count, body);
        }
        let weight = tally.bursts().max(1);
        let most = (every / weight).max(1);
        if count < most {
            let since = self.state.since.saturating_add(count * weight);
            self.times(count, body)?;
            self.state.since = since;
            return if since >= every && self.ends { self.checkpoint(event) } else { Ok(()) };
        }
        if self.state.since > every / 2 {
            self.checkpoint(event)?;
        }
        // Where loop counters are short, one burst a checkpoint may be the shorter program.
        let length = |group| self.length(&|e| e.groups(count, group, event, body));
        let alone = most > 1 && length(1)? < length(most)?;
        self.groups(count, if alone { 1 } else { most }, event, body)?;
        self.state.since = self.state.since.saturating_mul(weight);
        Ok(())
    }

    fn groups(&mut self, count: u32, group: u32, event: u8, body: Code<'_, I>) -> Result<(), PlanError> {
        let rest = if self.ends || !count.is_multiple_of(group) { count % group } else { group };
        self.times((count - rest) / group, &|e| {
            e.times(group, body)?;
            e.checkpoint(event)
        })?;
        self.times(rest, body)?;
        self.state.since = rest;
        Ok(())
    }

    /// `code` without a checkpoint at its end; one that was due there is at the end of `after`.
    pub(super) fn late_checkpoint(&mut self, code: Code<'_, I>, after: Code<'_, I>) -> Result<(), PlanError> {
        let ends = core::mem::replace(&mut self.ends, false);
        let done = code(self);
        self.ends = ends;
        done?;
        after(self)?;
        match self.setup.checkpoint {
            Some(checkpoint) if self.state.since > u32::from(checkpoint.bursts) / 2 => {
                self.checkpoint(checkpoint.event)
            }
            _ => Ok(()),
        }
    }

    /// `count` times `body`.
    pub(super) fn times(&mut self, count: u32, body: Code<'_, I>) -> Result<(), PlanError> {
        if count < 2 {
            return if count == 0 { Ok(()) } else { body(self) };
        }
        let mut plan = self.repetition(count, self.counters, body)?;
        if plan.probe.len == 0 {
            return Ok(());
        }
        // A loop inside may do without a counter that is worth more outside.
        while plan.probe.tally.counters > 0 && plan.limit > 0 {
            let limit = plan.probe.tally.counters.min(plan.limit) - 1;
            match self.repetition(count, limit, body) {
                Ok(other) if other.cost() < plan.cost() => plan = other,
                _ => break,
            }
        }
        let Repetition { probe, loops, costs, limit } = plan;
        self.adopt(&probe)?;
        let first = probe.tally.counters;
        let mut tally = self.tally;
        tally.add(&probe.tally, count);
        let overhead = loops.instructions(&costs).saturating_sub(probe.tally.instructions.saturating_mul(count));
        tally.instructions = tally.instructions.saturating_add(overhead);
        tally.counters = tally.counters.max(first + loops.counters());
        if self.asm.reserve(loops.bytes(&costs)) {
            let outer = core::mem::replace(&mut self.counters, limit);
            for nest in &loops.0 {
                for _ in 0..nest.times {
                    self.nest(nest, first, probe.entry, body)?;
                }
            }
            self.counters = outer;
        }
        (self.tally, self.state) = (tally, probe.end);
        Ok(())
    }

    /// How to repeat `body`, if the loops in it may use `limit` counters.
    fn repetition(&self, count: u32, limit: u8, body: Code<'_, I>) -> Result<Repetition, PlanError> {
        let probe = self.survey(limit, body)?;
        let mut costs = Costs { body: probe.len, body_instructions: probe.tally.instructions, nest: 0 };
        let first = probe.tally.counters;
        let limits = Limits { counters: self.counters.saturating_sub(first), ..I::LIMITS };
        if limits.counters > 0 && limits.iterations > 0 {
            let ends = (I::encode(Op::Loop(first, 1))?, I::encode(Op::LoopEnd(first, When::Always, 0))?);
            costs.nest = (ends.0.len() + ends.1.len()) as u32;
        }
        Ok(Repetition { loops: Loops::plan(count, &costs, &limits), probe, costs, limit })
    }

    fn nest(&mut self, nest: &Nest, counter: u8, entry: State, body: Code<'_, I>) -> Result<(), PlanError> {
        if nest.outer > 1 {
            self.asm.op(Op::Loop(counter + 1, nest.outer as u16))?;
        }
        let outer = self.asm.len();
        if nest.inner > 1 {
            self.asm.op(Op::Loop(counter, nest.inner as u16))?;
        }
        let inner = self.asm.len();
        for _ in 0..nest.unroll {
            self.state = entry;
            body(self)?;
        }
        if nest.inner > 1 {
            self.asm.loop_end(counter, inner)?;
        }
        if nest.outer > 1 {
            self.asm.loop_end(counter + 1, outer)?;
        }
        Ok(())
    }

    /// Measure `body` as it can be entered again and again.
    fn survey(&self, limit: u8, body: Code<'_, I>) -> Result<Probe, PlanError> {
        let mut entry = State { control: None, dirty: false, since: 0 };
        let first = self.measure(limit, entry, body)?;
        match (first.tally.controls, first.tally.control) {
            (0, _) => entry.control = self.state.control,
            // Set once, before the loop.
            (1, control) => entry.control = control,
            _ => {}
        }
        entry.dirty = self.state.dirty || first.end.dirty;
        if entry == first.entry { Ok(first) } else { self.measure(limit, entry, body) }
    }

    /// Bring about the state that a surveyed part is entered with.
    fn adopt(&mut self, probe: &Probe) -> Result<(), PlanError> {
        if let Some(control) = probe.entry.control {
            self.set_control(control)?;
        }
        self.state = probe.entry;
        Ok(())
    }

    fn measure(&self, limit: u8, entry: State, body: Code<'_, I>) -> Result<Probe, PlanError> {
        let mut to = Emitter::<I> {
            asm: Assembler::new(&mut []),
            setup: self.setup,
            room: self.room,
            counters: limit,
            ends: self.ends,
            state: entry,
            tally: Tally::default(),
            layout: Cell::new(self.layout.get()),
        };
        body(&mut to)?;
        self.layout.set(to.layout.get());
        Ok(Probe { entry, end: to.state, len: to.len() as u32, tally: to.tally })
    }

    /// Bytes that `code` takes here.
    pub(super) fn length(&self, code: Code<'_, I>) -> Result<u32, PlanError> {
        Ok(self.measure(self.counters, self.state, code)?.len)
    }
}

/// A part of a program, measured.
struct Probe {
    entry: State,
    end: State,
    len: u32,
    tally: Tally,
}

/// A part of a program and how it is repeated.
struct Repetition {
    probe: Probe,
    loops: Loops,
    costs: Costs,
    /// Loop counters that the part itself may use.
    limit: u8,
}

impl Repetition {
    fn cost(&self) -> u64 {
        self.loops.cost(&self.costs)
    }
}
