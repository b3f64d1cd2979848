use linkwright::microcode::{Access, Control, Encoded, Isa, Limits, Op, RequestKind, Side, Unencodable, When};

use crate::Decode;

const WHENS: [When; 3] = [When::Always, When::Single, When::Burst];
const KINDS: [RequestKind; 3] = [RequestKind::Single, RequestKind::Burst, RequestKind::Peripheral];

fn number(when: When) -> u8 {
    WHENS.iter().position(|w| *w == when).unwrap_or(0) as u8
}

/// An invented controller: one byte of operation, then operands; limits as given.
pub enum Toy<const BURST: u8, const ITERATIONS: u16, const COUNTERS: u8, const JUMP: u8> {}

impl<const BURST: u8, const ITERATIONS: u16, const COUNTERS: u8, const JUMP: u8> Isa
    for Toy<BURST, ITERATIONS, COUNTERS, JUMP>
{
    const LIMITS: Limits = Limits { burst: BURST, beat: 128, iterations: ITERATIONS, counters: COUNTERS, jump: JUMP };

    fn encode(op: Op) -> Result<Encoded, Unencodable> {
        let word = |code: u8, word: u32| {
            let [a, b, c, d] = word.to_le_bytes();
            Encoded::new([code, a, b, c, d])
        };
        let half = |code: u8, by: u16| {
            let [a, b] = by.to_le_bytes();
            Encoded::new([code, a, b])
        };
        let code = |side| u8::from(side == Side::Destination);
        Ok(match op {
            Op::End => Encoded::new([0]),
            Op::SetAddress(Side::Source, to) => word(1, to),
            Op::SetAddress(Side::Destination, to) => word(2, to),
            Op::SetControl(to) => word(3, to),
            Op::Load(When::Always) => Encoded::new([4]),
            Op::Store(When::Always) => Encoded::new([5]),
            Op::Loop(counter, times) if counter < COUNTERS && (1..=ITERATIONS).contains(&times) => {
                let [a, b] = times.to_le_bytes();
                Encoded::new([6, counter, a, b])
            }
            Op::LoopEnd(counter, When::Always, jump) if counter < COUNTERS => Encoded::new([7, counter, jump]),
            Op::ReadBarrier => Encoded::new([8]),
            Op::WriteBarrier => Encoded::new([9]),
            Op::SendEvent(event) => Encoded::new([10, event]),
            Op::Nop => Encoded::new([11]),
            Op::AddAddress(side, by) => half(12 + code(side), by),
            Op::SubtractAddress(side, by) if by > 0 => half(14 + code(side), by),
            Op::Load(when) => Encoded::new([16, number(when)]),
            Op::Store(when) => Encoded::new([17, number(when)]),
            Op::LoadPeripheral(when, line) if when != When::Always => Encoded::new([18, number(when), line]),
            Op::StorePeripheral(when, line) if when != When::Always => Encoded::new([19, number(when), line]),
            Op::StoreZero => Encoded::new([20]),
            Op::LoopForeverEnd(when, jump) => Encoded::new([21, number(when), jump]),
            Op::WaitEvent(event, drop) => Encoded::new([22, event, drop.into()]),
            Op::WaitPeripheral(kind, line) => {
                Encoded::new([23, KINDS.iter().position(|k| *k == kind).unwrap_or(0) as u8, line])
            }
            Op::FlushPeripheral(line) => Encoded::new([24, line]),
            _ => return Err(Unencodable(op)),
        })
    }

    fn control(control: &Control) -> u32 {
        let side = |a: &Access| {
            u32::from(a.increment)
                | a.beat.trailing_zeros() << 1
                | u32::from(a.burst - 1) << 4
                | u32::from(a.cache & 7) << 9
                | u32::from(a.protection & 7) << 12
        };
        side(&control.source) | side(&control.destination) << 16 | u32::from(control.swap != 1) << 31
    }

    fn disassemble(bytes: &[u8], out: &mut dyn std::fmt::Write) -> Option<usize> {
        let (op, length) = Self::decode(bytes)?;
        write!(out, "{op:?}").ok().map(|()| length)
    }
}

impl<const BURST: u8, const ITERATIONS: u16, const COUNTERS: u8, const JUMP: u8> Decode
    for Toy<BURST, ITERATIONS, COUNTERS, JUMP>
{
    fn decode(bytes: &[u8]) -> Option<(Op, usize)> {
        let half = |b: &[u8]| b.get(1..3).map(|h| u16::from_le_bytes([h[0], h[1]]));
        let when = |b: &[u8]| WHENS.get(usize::from(*b.get(1)?)).copied();
        let word = |b: &[u8]| b.get(1..5).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]));
        Some(match *bytes.first()? {
            0 => (Op::End, 1),
            1 => (Op::SetAddress(Side::Source, word(bytes)?), 5),
            2 => (Op::SetAddress(Side::Destination, word(bytes)?), 5),
            3 => (Op::SetControl(word(bytes)?), 5),
            4 => (Op::Load(When::Always), 1),
            5 => (Op::Store(When::Always), 1),
            6 => (Op::Loop(*bytes.get(1)?, u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?])), 4),
            7 => (Op::LoopEnd(*bytes.get(1)?, When::Always, *bytes.get(2)?), 3),
            8 => (Op::ReadBarrier, 1),
            9 => (Op::WriteBarrier, 1),
            10 => (Op::SendEvent(*bytes.get(1)?), 2),
            11 => (Op::Nop, 1),
            12 => (Op::AddAddress(Side::Source, half(bytes)?), 3),
            13 => (Op::AddAddress(Side::Destination, half(bytes)?), 3),
            14 => (Op::SubtractAddress(Side::Source, half(bytes)?), 3),
            15 => (Op::SubtractAddress(Side::Destination, half(bytes)?), 3),
            16 => (Op::Load(when(bytes)?), 2),
            17 => (Op::Store(when(bytes)?), 2),
            18 => (Op::LoadPeripheral(when(bytes)?, *bytes.get(2)?), 3),
            19 => (Op::StorePeripheral(when(bytes)?, *bytes.get(2)?), 3),
            20 => (Op::StoreZero, 1),
            21 => (Op::LoopForeverEnd(when(bytes)?, *bytes.get(2)?), 3),
            22 => (Op::WaitEvent(*bytes.get(1)?, *bytes.get(2)? != 0), 3),
            23 => (Op::WaitPeripheral(*KINDS.get(usize::from(*bytes.get(1)?))?, *bytes.get(2)?), 3),
            24 => (Op::FlushPeripheral(*bytes.get(1)?), 2),
            _ => return None,
        })
    }

    fn control_of(word: u32) -> Control {
        let side = |w: u32| Access {
            increment: w & 1 != 0,
            beat: 1 << (w >> 1 & 7),
            burst: (w >> 4 & 31) as u8 + 1,
            cache: (w >> 9 & 7) as u8,
            protection: (w >> 12 & 7) as u8,
        };
        Control { source: side(word & 0x7fff), destination: side(word >> 16 & 0x7fff), swap: 1 + (word >> 31) as u8 }
    }
}
