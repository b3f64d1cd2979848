//! An invented instruction set, unlike any real one: a letter, then operands.

use std::fmt::Write;

use linkwright::microcode::{Control, Encoded, Isa, Limits, Op, Side, Unencodable, When};

pub enum Letters {}

/// What a program may do; the machine executes these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Address(Side, u32),
    Control(u32),
    Load,
    Store,
    Loop(u8, u16),
    LoopEnd(u8, u8),
    Barrier,
    Event(u8),
    End,
}

impl Step {
    pub fn decode(bytes: &[u8]) -> Option<(Self, usize)> {
        let word = || Some(u32::from_le_bytes(bytes.get(2..6)?.try_into().ok()?));
        Some(match *bytes.first()? {
            b'A' => (Self::Address(if *bytes.get(1)? == b's' { Side::Source } else { Side::Destination }, word()?), 6),
            b'C' => (Self::Control(word()?), 6),
            b'L' => (Self::Load, 1),
            b'S' => (Self::Store, 1),
            b'R' => (Self::Loop(*bytes.get(1)?, u16::from(*bytes.get(2)?) + 1), 3),
            b'E' => (Self::LoopEnd(*bytes.get(1)?, *bytes.get(2)?), 3),
            b'B' => (Self::Barrier, 1),
            b'V' => (Self::Event(*bytes.get(1)?), 2),
            b'.' => (Self::End, 1),
            _ => return None,
        })
    }
}

fn side(increment: bool, beat: u8, burst: u8) -> u32 {
    u32::from(increment) | beat.trailing_zeros() << 1 | u32::from(burst - 1) << 4
}

/// Increment, bytes per beat, beats: of the low (source) or high (destination) half.
pub fn access(half: u32) -> (bool, u32, u32) {
    (half & 1 != 0, 1 << (half >> 1 & 7), (half >> 4 & 15) + 1)
}

impl Isa for Letters {
    const LIMITS: Limits = Limits { burst: 8, beat: 8, iterations: 100, counters: 2, jump: 100 };

    fn encode(op: Op) -> Result<Encoded, Unencodable> {
        let word = |a, b, w: u32| {
            let w = w.to_le_bytes();
            Encoded::new([a, b, w[0], w[1], w[2], w[3]])
        };
        Ok(match op {
            Op::SetAddress(Side::Source, to) => word(b'A', b's', to),
            Op::SetAddress(Side::Destination, to) => word(b'A', b'd', to),
            Op::SetControl(to) => word(b'C', 0, to),
            Op::Load(When::Always) => Encoded::new([b'L']),
            Op::Store(When::Always) => Encoded::new([b'S']),
            Op::Loop(counter, times @ 1..=100) => Encoded::new([b'R', counter, (times - 1) as u8]),
            Op::LoopEnd(counter, When::Always, back) => Encoded::new([b'E', counter, back]),
            Op::ReadBarrier | Op::WriteBarrier => Encoded::new([b'B']),
            Op::SendEvent(event) => Encoded::new([b'V', event]),
            Op::End => Encoded::new([b'.']),
            _ => return Err(Unencodable(op)),
        })
    }

    fn control(control: &Control) -> u32 {
        let (s, d) = (control.source, control.destination);
        side(s.increment, s.beat, s.burst) | side(d.increment, d.beat, d.burst) << 16
    }

    fn disassemble(bytes: &[u8], out: &mut dyn Write) -> Option<usize> {
        let (step, len) = Step::decode(bytes)?;
        match step {
            Step::Event(event) => write!(out, "signal {event}"),
            other => write!(out, "{other:?}"),
        }
        .ok()?;
        Some(len)
    }
}
