use linkwright::microcode::{Access, Control, Encoded, Isa, Limits, Op, Side, Unencodable, When};

use crate::Decode;

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
