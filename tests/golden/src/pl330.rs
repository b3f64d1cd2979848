use linkwright::microcode::{Access, Control, Op, Side, When};
use linkwright::mmio::{FieldValue, Value};
use linkwright_pl330::instruction::{Condition, MoveTarget};
use linkwright_pl330::regs::{Addressing, Ccr};
use linkwright_pl330::{Instruction, Microcode};

use crate::Decode;

/// By the generated decoder. Only the instructions that a copy may use are operations here.
impl Decode for Microcode {
    fn decode(bytes: &[u8]) -> Option<(Op, usize)> {
        let (instruction, length) = Instruction::decode(bytes).ok()?;
        let always = Condition::Always;
        let op = match instruction {
            Instruction::Mov { register: MoveTarget::Sar, immediate } => Op::SetAddress(Side::Source, immediate),
            Instruction::Mov { register: MoveTarget::Dar, immediate } => Op::SetAddress(Side::Destination, immediate),
            Instruction::Mov { register: MoveTarget::Ccr, immediate } => Op::SetControl(immediate),
            Instruction::Ld { when } if when == always => Op::Load(When::Always),
            Instruction::St { when } if when == always => Op::Store(When::Always),
            Instruction::Lp { counter, iterations } => Op::Loop(counter.bits(), iterations.get() as u16),
            Instruction::Lpend { when, counter, jump } if when == always => {
                Op::LoopEnd(counter.bits(), When::Always, jump)
            }
            Instruction::Rmb => Op::ReadBarrier,
            Instruction::Wmb => Op::WriteBarrier,
            Instruction::Sev { event } => Op::SendEvent(event.get() as u8),
            Instruction::Nop => Op::Nop,
            Instruction::End => Op::End,
            _ => return None,
        };
        Some((op, length))
    }

    fn control_of(word: u32) -> Control {
        let word = Value::<Ccr>::from_word(word);
        let power = |log2: u64| 1_u8 << log2;
        Control {
            source: Access {
                increment: word.get(Ccr::SRC_INC) == Addressing::Incrementing,
                beat: power(FieldValue::<u32>::into_field(word.get(Ccr::SRC_BURST_SIZE))),
                burst: word.get(Ccr::SRC_BURST_LEN).get() as u8 + 1,
                cache: word.get(Ccr::SRC_CACHE_CTRL).get() as u8,
                protection: word.get(Ccr::SRC_PROT_CTRL).get() as u8,
            },
            destination: Access {
                increment: word.get(Ccr::DST_INC) == Addressing::Incrementing,
                beat: power(FieldValue::<u32>::into_field(word.get(Ccr::DST_BURST_SIZE))),
                burst: word.get(Ccr::DST_BURST_LEN).get() as u8 + 1,
                cache: word.get(Ccr::DST_CACHE_CTRL).get() as u8,
                protection: word.get(Ccr::DST_PROT_CTRL).get() as u8,
            },
            swap: power(FieldValue::<u32>::into_field(word.get(Ccr::ENDIAN_SWAP_SIZE))),
        }
    }
}
