//! One block from memory to memory, by a planner of a tenth of the code: for engines that do nothing else.
//!
//! Its programs move as much with each beat as those of [`copy`](super::copy()), whatever the alignment. What it leaves
//! out is the search for the best of several layouts, and loops whose products leave no remainder.

use super::assembler::{Assembler, MARK};
use super::linear::access;
use super::progress::Track;
use super::{Block, CopyRequest, FifoNeed, PlanError, Program, Setup};
use crate::microcode::{Control, Isa, Op, Side, When};

/// Plan a copy as [`copy`](super::copy()) does, by a fraction of the code: the planner of engines that are built
/// without the feature `full`.
///
/// Its programs are at most some bursts longer. They take up to twice the bursts where the FIFO has fewer lines than
/// the longest burst has beats and one.
///
/// # Errors
/// [`PlanError`].
pub fn plain<I: Isa>(request: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
    plan::<I>(&request.setup(), &request.block(), out)
}

pub(in crate::dma) fn plan<I: Isa>(setup: &Setup, block: &Block, out: &mut [u8]) -> Result<Program, PlanError> {
    let Block { source, destination, bytes } = *block;
    let bus_bytes = setup.bus_bytes;
    if bytes == 0 {
        return Err(PlanError::Empty);
    }
    if source.max(destination).checked_add(bytes - 1).is_none() {
        return Err(PlanError::AddressRange);
    }
    if !bus_bytes.is_power_of_two() || bus_bytes > I::LIMITS.beat || I::LIMITS.burst == 0 {
        return Err(PlanError::BusWidth(bus_bytes));
    }
    let bus = u32::from(bus_bytes);
    // How far into their lines the sides begin. The first beat of each is short by that.
    let (skip, lane) = (source & (bus - 1), destination & (bus - 1));
    // Bytes by which the sides differ wait in a line of their own.
    let skewed = u16::from(skip != lane);
    let most = setup.fifo_lines.saturating_sub(skewed).min(I::LIMITS.burst.into());
    let Some(log2) = most.checked_ilog2() else { return Err(PlanError::FifoTooSmall) };
    // Whole beats of a side that lie in it.
    let lines = |bytes: u32| bytes >> bus.trailing_zeros();
    let beats = |skip: u32| lines(bytes) + lines((bytes & (bus - 1)) + skip);
    // The source is further in its line than the destination: its first beat brings too little for one of the other.
    let ahead = u32::from(skip > lane);
    let both = beats(skip).saturating_sub(ahead).min(beats(lane));
    let mut w = Writer::<I> { asm: Assembler::new(out), setup, error: None, instructions: 0, loads: 0, stores: 0 };
    let (source, destination) = (w.address(Side::Source, source), w.address(Side::Destination, destination));
    let ready = w.asm.len();
    let (mut unread, mut unwritten) = (bytes, bytes);
    if both > 0 {
        // Wrapping: together they may have the whole address space.
        unread = unread.wrapping_sub((both + ahead).wrapping_mul(bus).wrapping_sub(skip));
        unwritten = unwritten.wrapping_sub(both.wrapping_mul(bus).wrapping_sub(lane));
        w.bursts(bus, ahead, 0, 1);
        w.bursts(bus, 1 << log2, 1 << log2, both >> log2);
        let odd = both & ((1 << log2) - 1);
        w.bursts(bus, odd, odd, 1);
    }
    // What does not fill a line, byte by byte; fewer than two lines.
    let parted = u16::from(unwritten > I::LIMITS.burst.into());
    while unwritten > 0 {
        let load = unread.min(I::LIMITS.burst.into());
        unread -= load;
        let store = if unread > 0 { 0 } else { unwritten.min(I::LIMITS.burst.into()) };
        unwritten -= store;
        w.bursts(1, load, store, 1);
    }
    if !setup.barriers {
        w.op(Op::WriteBarrier, 1);
    }
    let last = w.asm.len() as u16;
    w.op(Op::SendEvent(setup.event), 1);
    w.op(Op::End, 1);
    let Writer { asm, error, instructions, loads, stores, .. } = w;
    if let Some(error) = error {
        return Err(error);
    }
    let len = asm.finish()?;
    let peak = (skewed + (both.min(1 << log2) as u16)).max(1 + skewed);
    let resident = if setup.barriers { peak } else { skewed + parted };
    Ok(Program {
        len,
        size: len,
        blocks: 1,
        bytes,
        alignment: bus_bytes,
        instructions,
        loads,
        stores,
        fifo: FifoNeed { resident, transient: peak - resident },
        events: 1,
        last_event_at: Some(last),
        track: Track {
            source: Some(source),
            destination: Some(destination),
            ready: ready as u8,
            side: Side::Destination,
            row: u32::MAX,
            burst: (bus << log2).max(I::LIMITS.burst.into()) as u16,
            ..Track::NONE
        },
        ..Program::NONE
    })
}

struct Writer<'a, I> {
    asm: Assembler<'a, I>,
    setup: &'a Setup,
    /// The first.
    error: Option<PlanError>,
    instructions: u32,
    loads: u32,
    stores: u32,
}

impl<I: Isa> Writer<'_, I> {
    fn check(&mut self, result: Result<(), PlanError>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// An instruction that is executed so many times.
    fn op(&mut self, op: Op, times: u32) {
        self.instructions = self.instructions.saturating_add(times);
        let done = self.asm.op(op).map_err(PlanError::from);
        self.check(done);
    }

    /// Returns where its four bytes stand.
    fn address(&mut self, side: Side, address: u32) -> u8 {
        self.op(Op::SetAddress(side, MARK), 1);
        let replaced = self.asm.replace_mark(address);
        self.check(replaced);
        self.asm.len().saturating_sub(4) as u8
    }

    /// So many beats of a side, of so many bytes, as one burst each, and that `rounds` times.
    fn bursts(&mut self, beat: u32, load: u32, store: u32, mut rounds: u32) {
        if load | store == 0 || rounds == 0 {
            return;
        }
        let side = |beats: u32, attributes| access(beat as u8, beats.max(1) as u8, true, attributes);
        let control = Control {
            source: side(load, self.setup.source_attributes),
            destination: side(store, self.setup.destination_attributes),
            swap: 1,
        };
        self.op(Op::SetControl(I::control(&control)), 1);
        // No more than bytes.
        self.loads += load.min(1) * rounds;
        self.stores += store.min(1) * rounds;
        // No program is longer; how much it misses then does not matter.
        while rounds > 0 && self.asm.len() <= u16::MAX.into() {
            let most = match I::LIMITS.counters {
                0 => [1, 1],
                1 => [I::LIMITS.iterations.max(1), 1],
                _ => [I::LIMITS.iterations.max(1); 2],
            };
            let inner = rounds.min(most[0].into());
            let outer = if inner < most[0].into() { 1 } else { (rounds / u32::from(most[0])).min(most[1].into()) };
            let times = inner * outer;
            rounds -= times;
            let starts = (self.begin(1, outer, 1), self.begin(0, inner, outer));
            for (wanted, op, barrier) in
                [(load, Op::Load(When::Always), Op::ReadBarrier), (store, Op::Store(When::Always), Op::WriteBarrier)]
            {
                if wanted > 0 {
                    self.op(op, times);
                    if self.setup.barriers {
                        self.op(barrier, times);
                    }
                }
            }
            self.end(0, inner, times, starts.1);
            self.end(1, outer, outer, starts.0);
        }
    }

    /// Begin a loop, if it repeats anything; returns where its first instruction stands.
    fn begin(&mut self, counter: u8, repeats: u32, times: u32) -> usize {
        if repeats > 1 {
            self.op(Op::Loop(counter, repeats as u16), times);
        }
        self.asm.len()
    }

    fn end(&mut self, counter: u8, repeats: u32, times: u32, start: usize) {
        if repeats > 1 {
            match self.asm.jump(start) {
                Ok(jump) => self.op(Op::LoopEnd(counter, When::Always, jump), times),
                Err(error) => self.check(Err(error)),
            }
        }
    }
}
