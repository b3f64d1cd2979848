use super::{FifoNeed, PlanError};
use crate::microcode::Limits;

/// What a layout is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) source: u32,
    pub(super) destination: u32,
    pub(super) bytes: u32,
    /// Width of the bus.
    pub(super) bus_bytes: u8,
    /// The widest beat: less than the bus where the same bursts are used at addresses that agree only modulo this.
    pub(super) width: u8,
    pub(super) fifo_lines: u16,
    pub(super) barriers: bool,
    /// The source is one word as wide as the bus: no burst of narrower beats may be longer.
    pub(super) word: bool,
}

/// Beats of one burst on one side. No beats: the side is not touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Burst {
    /// Bytes per beat.
    pub(super) beat: u8,
    pub(super) beats: u8,
}

impl Burst {
    pub(super) const NONE: Self = Self { beat: 1, beats: 0 };

    pub(super) const fn is_none(self) -> bool {
        self.beats == 0
    }

    /// Bytes moved at `address`. The first beat is short when the address is not aligned to it.
    /// Most bytes it moves.
    pub(super) const fn longest(self) -> u32 {
        self.beat as u32 * self.beats as u32
    }

    const fn bytes(self, address: u32) -> u32 {
        if self.is_none() { 0 } else { self.beat as u32 * self.beats as u32 - (address & (self.beat as u32 - 1)) }
    }
}

/// At most one load, then at most one store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    pub(super) load: Burst,
    pub(super) store: Burst,
}

impl Step {
    const NONE: Self = Self { load: Burst::NONE, store: Burst::NONE };

    pub(super) const fn is_none(self) -> bool {
        self.load.is_none() && self.store.is_none()
    }
}

/// Steps behind the equal bursts: an odd burst, a line, and the pieces of one, of which the narrowest is a byte of 128.
const REST: usize = 10;

/// A copy as bursts: a head, many equal bursts, and what is left.
///
/// The bursts are as wide as the bus whatever the alignment; an unaligned first beat is short, and the bytes by which
/// the two sides then differ wait in the FIFO, less than one line of them. If the source is further into its line than
/// the destination, the first load brings too little for an equal store: the head loads one beat more than it stores.
/// No line is read or written that is not wholly inside the transfer; the bytes beyond the last whole line go in one
/// burst of narrower beats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    pub(super) head: Step,
    pub(super) body: Step,
    /// How often `body` is repeated.
    pub(super) count: u32,
    pub(super) rest: [Step; REST],
    pub(super) fifo: FifoNeed,
    /// What to minimise.
    cost: u32,
    /// Bursts that the bus parts.
    splits: u32,
}

/// Where a layout stands while it is made.
#[derive(Clone, Copy)]
struct Cursor {
    source: u32,
    destination: u32,
    /// Bytes in the FIFO.
    fill: u32,
    resident: u32,
    peak: u32,
    cost: u32,
    splits: u32,
    bus: u32,
    width: u32,
    barriers: bool,
}

impl Cursor {
    const fn new(span: &Span) -> Self {
        Self {
            source: span.source,
            destination: span.destination,
            fill: 0,
            resident: 0,
            peak: 0,
            cost: 0,
            splits: 0,
            bus: span.bus_bytes as u32,
            width: span.width as u32,
            barriers: span.barriers,
        }
    }

    /// FIFO lines in use: bytes sit in the lanes that they are written from, the last ones possible if those differ.
    const fn lines(&self) -> u32 {
        let lane = (self.destination & (self.width - 1)) + self.bus - self.width;
        if self.fill == 0 { 0 } else { (lane + self.fill + self.bus - 1) >> self.bus.trailing_zeros() }
    }

    /// `step`, without its store if that would have to wait for a later load.
    const fn affordable(&self, step: Step) -> Step {
        let enough = step.store.bytes(self.destination) <= self.fill + step.load.bytes(self.source);
        Step { load: step.load, store: if enough { step.store } else { Burst::NONE } }
    }

    const fn once(mut self, step: Step) -> Self {
        let load = step.load.bytes(self.source);
        self.source = self.source.wrapping_add(load);
        self.fill += load;
        self.peak = max(self.peak, self.lines());
        if self.barriers {
            // A barrier lets other programs load.
            self.resident = max(self.resident, self.lines());
        }
        let store = step.store.bytes(self.destination);
        self.destination = self.destination.wrapping_add(store);
        if store > self.fill {
            // No FIFO is that large, so a layout that cannot work is never chosen.
            self.peak = u32::MAX;
        }
        self.fill = self.fill.saturating_sub(store);
        if store > 0 {
            self.resident = max(self.resident, self.lines());
        }
        self
    }

    const fn times(mut self, step: Step, count: u32) -> Self {
        if step.is_none() || count == 0 {
            return self;
        }
        let start = self;
        // The second round begins aligned on both sides; all later ones are like it.
        self = self.once(step);
        let aligned = self;
        if count > 1 {
            self = self.once(step);
            self.source = self.source.wrapping_add((count - 2) * step.load.bytes(0));
            self.destination = self.destination.wrapping_add((count - 2) * step.store.bytes(0));
        }
        let reads = cost::side(start.source, aligned.source, self.source, step.load, count);
        let writes = cost::side(start.destination, aligned.destination, self.destination, step.store, count);
        let splits = reads.splits * cost::SPLIT_READ + writes.splits * cost::SPLIT_WRITE;
        let bursts = reads.bursts.saturating_add(writes.bursts);
        self.splits = self.splits.saturating_add(splits);
        self.cost = self.cost.saturating_add(cost::STEP).saturating_add(bursts).saturating_add(splits);
        self
    }
}

/// How layouts compare: by the time they take, bytes of program counted as the time to fetch them. Only the order of
/// alternatives depends on these numbers.
mod cost {
    use super::Burst;

    /// AXI: no burst crosses a multiple of this, the controller makes two of it.
    const BOUNDARY: u32 = 4096;
    /// Setting both sides of a transfer anew; the source side waits for its reads.
    pub(super) const STEP: u32 = 8;
    /// An address on the bus.
    const BURST: u32 = 4;
    /// Another one for what crosses. Memory that keeps lines or checksums reads before it writes half of one.
    pub(super) const SPLIT_READ: u32 = 4;
    pub(super) const SPLIT_WRITE: u32 = 8;

    pub(super) struct Side {
        pub(super) bursts: u32,
        pub(super) splits: u32,
    }

    /// Of `count` bursts from `start` to `end`, the second of which begins at `second`.
    pub(super) const fn side(start: u32, second: u32, end: u32, burst: Burst, count: u32) -> Side {
        if burst.is_none() {
            return Side { bursts: 0, splits: 0 };
        }
        let length = burst.beat as u32 * burst.beats as u32;
        let crossed = start.wrapping_rem(BOUNDARY).saturating_add(end.wrapping_sub(start).wrapping_sub(1)) / BOUNDARY;
        let splits = if BOUNDARY.is_multiple_of(length) && second.is_multiple_of(length) { 0 } else { crossed };
        Side { bursts: BURST.saturating_mul(count).saturating_add(1), splits }
    }
}

impl Layout {
    /// The best layout that the FIFO holds.
    pub(super) const fn of(span: &Span, limits: &Limits) -> Result<Self, PlanError> {
        let lines = span.fifo_lines as u32;
        let mut longest = min(limits.burst as u32, lines);
        while longest > 0 {
            let layout = Self::with_bursts(span, limits, longest);
            if layout.fifo.peak() as u32 <= lines {
                return Ok(layout);
            }
            longest -= 1;
        }
        Err(PlanError::FifoTooSmall)
    }

    /// The best layout with bursts of at most `longest` lines.
    const fn with_bursts(span: &Span, limits: &Limits, longest: u32) -> Self {
        let frame = Frame::new(span, limits, longest);
        let mut best = Self::new(span, &frame, frame.ahead, longest);
        let mut head = frame.ahead + 1;
        // Another head can only spare what the bus has to part.
        while best.splits > 0 && head <= min(longest, frame.lines) {
            best = best.or(Self::new(span, &frame, head, longest));
            head += 1;
        }
        // Shorter bursts of one length may come out even where the longest leave a remainder.
        let bursts = frame.lines.div_ceil(longest);
        if frame.ahead == 0 && bursts > 0 && frame.lines.is_multiple_of(bursts) {
            best = best.or(Self::new(span, &frame, 0, frame.lines / bursts));
        }
        best
    }

    /// The layout whose head loads `head` lines and whose body moves `length` lines at a time.
    const fn new(span: &Span, frame: &Frame, head: u32, length: u32) -> Self {
        let mut layout = Self {
            head: Step::NONE,
            body: Step::NONE,
            count: 0,
            rest: [Step::NONE; REST],
            fifo: FifoNeed { resident: 0, transient: 0 },
            cost: 0,
            splits: 0,
        };
        let mut at = Cursor::new(span);
        let mut odd = 0;
        if !matches!(frame.last_bursts(&at), (Some(_), Some(_))) {
            if head > 0 {
                layout.head = Step { load: frame.wide(head), store: frame.wide(head - frame.ahead) };
                at = at.times(layout.head, 1);
            }
            layout.body = Step { load: frame.wide(length), store: frame.wide(length) };
            layout.count = (frame.lines - head) / length;
            odd = (frame.lines - head) % length;
            at = at.times(layout.body, layout.count);
        }

        let mut rest = 0;
        while rest < layout.rest.len() && (at.source != frame.ends.0 || at.destination != frame.ends.1) {
            let step = match frame.last_bursts(&at) {
                (Some(load), Some(store)) => Step { load, store },
                _ if odd > 0 => Step { load: frame.wide(odd), store: frame.wide(odd) },
                (load, _) => {
                    Step { load: if let Some(load) = load { load } else { Burst::NONE }, store: frame.wide(1) }
                }
            };
            odd = 0;
            let step = at.affordable(step);
            layout.rest[rest] = step;
            at = at.times(step, 1);
            rest += 1;
        }
        if at.source != frame.ends.0 || at.destination != frame.ends.1 {
            at.peak = u32::MAX;
        }
        let peak = min(at.peak, u16::MAX as u32);
        layout.fifo = FifoNeed { resident: at.resident as u16, transient: peak.saturating_sub(at.resident) as u16 };
        (layout.cost, layout.splits) = (at.cost, at.splits);
        layout
    }

    const fn or(self, other: Self) -> Self {
        if other.cost < self.cost { other } else { self }
    }
}

/// What every layout of one copy has in common.
struct Frame {
    bus: u32,
    /// 1 when the source is further into its line than the destination.
    ahead: u32,
    /// Lines that end inside the source; the first may begin before it.
    lines: u32,
    ends: (u32, u32),
    /// Most beats of a burst.
    beats: u32,
    /// Most bytes of a burst, from the line it begins in.
    bytes: u32,
    /// The source is one word.
    word: bool,
    /// The last bytes of a side go in pieces, each the widest beat there is: fewer beats, more bursts.
    pieces: (bool, bool),
}

impl Frame {
    const fn new(span: &Span, limits: &Limits, longest: u32) -> Self {
        let bus = span.width as u32;
        let skip = span.source & (bus - 1);
        let beats = limits.burst as u32;
        Self {
            bus,
            ahead: (skip > span.destination & (bus - 1)) as u32,
            lines: ((skip as u64 + span.bytes as u64) >> bus.trailing_zeros()) as u32,
            ends: (span.source.wrapping_add(span.bytes), span.destination.wrapping_add(span.bytes)),
            beats,
            bytes: longest * bus,
            word: span.word,
            pieces: (pieces(span.source, span.bytes, bus, beats), pieces(span.destination, span.bytes, bus, beats)),
        }
    }

    /// As many beats as wide as the bus.
    const fn wide(&self, beats: u32) -> Burst {
        if beats == 0 { Burst::NONE } else { Burst { beat: self.bus as u8, beats: beats as u8 } }
    }

    /// For each side the burst that moves all that is left of it, if there is one.
    const fn last_bursts(&self, at: &Cursor) -> (Option<Burst>, Option<Burst>) {
        let load = match self.last_burst(at.source, self.ends.0, self.pieces.0) {
            Some(load) if self.word && (load.beat as u32) < self.bus && load.longest() > self.bus => None,
            load => load,
        };
        (load, self.last_burst(at.destination, self.ends.1, self.pieces.1))
    }

    const fn last_burst(&self, address: u32, end: u32, pieces: bool) -> Option<Burst> {
        let bytes = end.wrapping_sub(address);
        if bytes == 0 {
            return Some(Burst::NONE);
        }
        if pieces {
            let piece = Burst { beat: 1 << (bytes.ilog2() & 7), beats: 1 };
            return if bytes < self.bus { Some(piece) } else { None };
        }
        // The widest beats that end there.
        let beat = if end & (self.bus - 1) == 0 { self.bus } else { end & end.wrapping_neg() };
        let span = (address & (beat - 1)).saturating_add(bytes);
        let beats = span >> beat.trailing_zeros();
        if beats > self.beats || span > self.bytes {
            return None;
        }
        Some(Burst { beat: beat as u8, beats: beats as u8 })
    }
}

/// Could one burst of narrow beats at the end make more than one beat in a hundred too many? Shorter copies take so few
/// beats that fewer bursts are worth more.
const fn pieces(start: u32, bytes: u32, width: u32, burst: u32) -> bool {
    const LONG: u32 = 4096;
    let end = (start & (width - 1)).wrapping_add(bytes);
    let beats = (end >> width.trailing_zeros()) as u64 + burst as u64;
    bytes >= LONG && end & (width - 1) != 0 && beats * width as u64 * 100 > bytes as u64 * 101
}

const fn min(a: u32, b: u32) -> u32 {
    if a < b { a } else { b }
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}
