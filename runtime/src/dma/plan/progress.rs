use super::Program;
use super::place::Place;
use super::rows::STEP;
use crate::microcode::Side;

/// What a thread's registers said while it ran a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Program counter, in bytes from the program's start (wrapping: a thread that has not begun may be anywhere).
    pub pc: u32,
    /// Source address register.
    pub source: u32,
    /// Destination address register.
    pub destination: u32,
    /// Stores that the controller may have accepted and not yet finished: at most the depth of its write queue; 0 when
    /// the thread waits at a checkpoint, where nothing is under way.
    pub queued: u8,
}

/// What a program's progress is told by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Track {
    /// From a block's first instruction to its source address, if that is memory.
    pub(super) source: Option<u8>,
    /// To its destination address.
    pub(super) destination: Option<u8>,
    /// To where both are set.
    pub(super) ready: u8,
    /// The side that tells: memory, and where data is written if there is a choice.
    pub(super) side: Side,
    /// Bytes of a row: of the whole block, if it is no rectangle.
    pub(super) row: u32,
    /// From row to row on the source, up or down.
    pub(super) source_pitch: i32,
    /// From row to row on the destination, up or down.
    pub(super) destination_pitch: i32,
    /// Everything before it is written when a block, whose number is a multiple of this, begins; 0 for none.
    pub(super) blocks: u16,
    /// The same for bytes of a lap.
    pub(super) period: u32,
    /// Most bytes of one store.
    pub(super) burst: u16,
    /// Most bytes that were loaded and not stored.
    pub(super) ahead: u16,
    /// Every request of the device is settled before the next one.
    pub(super) exact: Option<Exact>,
    /// It may end before everything is moved.
    pub(super) short: bool,
}

impl Track {
    pub(super) const NONE: Self = Self {
        source: None,
        destination: None,
        ready: 0,
        side: Side::Source,
        row: 0,
        source_pitch: 0,
        destination_pitch: 0,
        blocks: 0,
        period: 0,
        burst: 0,
        ahead: 0,
        exact: None,
        short: false,
    };
}

impl Track {
    fn pitch(&self, side: Side) -> i32 {
        match side {
            Side::Source => self.source_pitch,
            Side::Destination => self.destination_pitch,
        }
    }
}

/// The least rows and bytes of the next that are moved when the address is `distance` behind the start of the first of
/// `all` rows, each of which begins `apart` below the one before.
fn down(distance: u32, row: u32, apart: u32, all: u32) -> Option<(u32, u32)> {
    if distance <= row {
        return Some((0, distance));
    }
    let back = distance.wrapping_neg();
    let rows = back.div_ceil(apart);
    if rows > all {
        return None;
    }
    let above = (u64::from(rows) * u64::from(apart)).saturating_sub(back.into()) as u32;
    // Else what is above may be a step on the way down to this row, not bytes of it.
    let surely = row < STEP.into() || apart <= STEP.into();
    Some((rows, if above <= row && surely { above } else { 0 }))
}

/// The same where each row begins `apart` above the one before, and inside it.
fn overlapping(distance: u32, row: u32, apart: u32, all: u32) -> Option<(u32, u32)> {
    let rows = distance.saturating_sub(row).checked_next_multiple_of(apart.max(1))? / apart.max(1);
    (rows < all).then(|| (rows, distance.saturating_sub(rows * apart).min(row)))
}

/// Requests that are settled one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Exact {
    /// First byte of the instruction that settles.
    pub(super) settle: u8,
    /// Bytes of a request.
    pub(super) request: u16,
    /// Bytes of a request in what does not fill one; 0: all of it.
    pub(super) tail: u16,
}

/// A way into a block.
#[derive(Clone, Copy)]
struct Along {
    /// Whole rows.
    rows: u32,
    /// Bytes of the row after them.
    moved: u32,
    /// Bytes of a row.
    row: u32,
}

impl Along {
    fn bytes(self) -> u32 {
        self.rows.saturating_mul(self.row).saturating_add(self.moved)
    }
}

impl Exact {
    /// Bytes of whole requests; without the last one if it is `pending`.
    fn whole(&self, along: Along, pending: bool) -> u32 {
        let Along { mut rows, mut moved, row } = along;
        if pending && moved == 0 && rows > 0 {
            (rows, moved) = (rows - 1, row);
        }
        let (request, tail) = (u32::from(self.request.max(1)), u32::from(self.tail));
        let main = row - row % request;
        // What does not fill a request is one of its own, if it does not come beat by beat.
        let tail = if tail == 0 { row - main } else { tail };
        let (base, unit) = if moved < main || moved == main && pending { (0, request) } else { (main, tail.max(1)) };
        let inside = moved - base;
        let whole = inside - inside % unit;
        rows.saturating_mul(row) + base + if pending { whole.saturating_sub(unit) } else { whole }
    }
}

impl Program {
    /// Bytes from the lowest address that a block touches on `side` to the one behind the highest. 0 if that side is no
    /// memory.
    pub fn reach(&self, side: Side, place: &Place) -> u32 {
        let row = place.bytes.min(self.track.row);
        self.aside(side, place).map_or(0, |(aside, _)| aside.saturating_add(row))
    }

    /// Bytes from the lowest address that a block touches on `side` to the one that it begins with, which is the one
    /// that stands in the program. 0 unless it is a rectangle that goes down.
    pub fn lead(&self, side: Side, place: &Place) -> u32 {
        match self.aside(side, place) {
            Some((aside, true)) => aside,
            _ => 0,
        }
    }

    /// From the first row to the last, and whether that goes down; `None` if that side is no memory.
    fn aside(&self, side: Side, place: &Place) -> Option<(u32, bool)> {
        let track = &self.track;
        let at = match side {
            Side::Source => track.source,
            Side::Destination => track.destination,
        };
        at?;
        let pitch = track.pitch(side);
        let rows = place.bytes.saturating_sub(1).checked_div(track.row).unwrap_or(0);
        Some((rows.saturating_mul(pitch.unsigned_abs()), pitch < 0))
    }

    /// Bytes surely transferred, in order from the first; of the current lap, if the program is endless.
    ///
    /// Memory is written up to there, or, where a device is written, the device has taken what was read up to there.
    /// Burst by burst, never more than [`bytes`](Self::bytes), never less than before while `queued` stays the same,
    /// for every program counter, including before the program has set its addresses.
    ///
    /// Of a rectangle's rows that go down or, where a device is written, overlap, an address can mean more than one place
    /// on the way. This is then the least of them, which may be less than what was told before.
    ///
    /// `word` reads four bytes of the program and its table, little-endian, at so many bytes from its start.
    pub fn done(&self, word: impl Fn(u16) -> u32, at: Snapshot) -> u32 {
        let track = &self.track;
        let Some(pc) = u16::try_from(at.pc).ok().filter(|pc| *pc <= self.len) else { return 0 };
        let ended = self.last_event_at.is_some_and(|last| pc >= last);
        if ended && !track.short {
            return self.bytes;
        }
        let Some((index, place)) = self.current(&word, pc) else { return 0 };
        let floor = match index.checked_rem(track.blocks) {
            Some(over) => self.place(index - over, &word).map_or(0, |place| place.before),
            None => 0,
        };
        let (address, start) = match track.side {
            Side::Source => (at.source, place.source_at),
            Side::Destination => (at.destination, place.destination_at),
        };
        let ready = pc >= place.first.saturating_add(track.ready.into());
        let start = start.map_or(0, &word);
        let along = if ready { self.along(&place, address.wrapping_sub(start)) } else { None };
        if ended {
            return place.before.saturating_add(along.map_or(0, |along| along.bytes())).min(self.bytes);
        }
        match (along, track.exact) {
            (None, Some(_)) => place.before.min(self.bytes),
            (Some(along), Some(exact)) if at.queued > 0 => {
                let pending = word(pc) as u8 == exact.settle;
                place.before.saturating_add(exact.whole(along, pending)).min(self.bytes)
            }
            (along, _) => {
                let moved = along.map_or(0, |along| along.bytes());
                self.settled(place.before.saturating_add(moved), floor, at.queued)
            }
        }
    }

    /// Has a thread whose program counter is `pc` bytes behind the program's start set the addresses of the first block,
    /// so that its registers are this program's? `word` as for [`done`](Self::done).
    pub fn has_begun(&self, word: impl Fn(u16) -> u32, pc: u32) -> bool {
        let ready = self.place(0, &word).map(|place| place.first.saturating_add(self.track.ready.into()));
        ready.is_some_and(|ready| (ready.into()..=self.len.into()).contains(&pc))
    }

    /// How far into the block an address is that lies `distance` behind its start; `None` if it is not the block's, so
    /// that the program has not set it yet.
    fn along(&self, place: &Place, distance: u32) -> Option<Along> {
        let track = &self.track;
        if track.row >= place.bytes {
            return (distance <= place.bytes).then_some(Along { rows: 0, moved: distance, row: place.bytes });
        }
        let (row, pitch) = (track.row, track.pitch(track.side));
        let (all, apart) = (place.bytes.checked_div(row)?, pitch.unsigned_abs());
        let (rows, moved) = match pitch {
            ..0 => down(distance, row, apart, all)?,
            _ if apart < row => overlapping(distance, row, apart, all)?,
            _ => {
                let (rows, moved) = (distance / apart, distance % apart);
                (rows < all || rows == all && moved == 0).then_some((rows, moved.min(row)))?
            }
        };
        Some(Along { rows, moved, row })
    }

    /// What of `total` bytes, of which the last may still be under way, is surely written; `floor` of them are.
    fn settled(&self, total: u32, floor: u32, queued: u8) -> u32 {
        let track = &self.track;
        if queued == 0 {
            return total.min(self.bytes);
        }
        let under_way = u32::from(track.burst).saturating_mul(queued.into()).saturating_add(track.ahead.into());
        let period = total.saturating_sub(1).checked_div(track.period).map_or(0, |periods| periods * track.period);
        total.saturating_sub(under_way).max(floor).max(period).min(self.bytes)
    }

    /// The block that the program counter is in.
    fn current(&self, word: &impl Fn(u16) -> u32, pc: u16) -> Option<(u16, Place)> {
        let (mut low, mut high) = (0, self.blocks);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.place(middle, word)?.first <= pc { low = middle } else { high = middle }
        }
        self.place(low, word).filter(|place| place.first <= pc).map(|place| (low, place))
    }
}
