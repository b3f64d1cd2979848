use linkwright::microcode::{Access, Control, Op, RequestKind, Side, When};
use linkwright::mmio::{FieldValue, Value};
use linkwright_pl330::instruction::{self, AddressRegister, Condition, MoveTarget, PeripheralCondition};
use linkwright_pl330::regs::{Addressing, Ccr};
use linkwright_pl330::{Instruction, Microcode};

use crate::Decode;

/// By the generated decoder.
impl Decode for Microcode {
    fn decode(bytes: &[u8]) -> Option<(Op, usize)> {
        let (instruction, length) = Instruction::decode(bytes).ok()?;
        let op = match instruction {
            Instruction::Mov { register: MoveTarget::Sar, immediate } => Op::SetAddress(Side::Source, immediate),
            Instruction::Mov { register: MoveTarget::Dar, immediate } => Op::SetAddress(Side::Destination, immediate),
            Instruction::Mov { register: MoveTarget::Ccr, immediate } => Op::SetControl(immediate),
            Instruction::Addh { register, immediate } => Op::AddAddress(side(register), immediate),
            Instruction::Adnh { register, immediate } => Op::SubtractAddress(side(register), immediate.wrapping_neg()),
            Instruction::Ld { when } => Op::Load(condition(when)),
            Instruction::Ldp { when, peripheral } => Op::LoadPeripheral(either(when), peripheral.get() as u8),
            Instruction::St { when } => Op::Store(condition(when)),
            Instruction::Stp { when, peripheral } => Op::StorePeripheral(either(when), peripheral.get() as u8),
            Instruction::Stz => Op::StoreZero,
            Instruction::Lp { counter, iterations } => Op::Loop(counter.bits(), iterations.get() as u16),
            Instruction::Lpend { when, counter, jump } => Op::LoopEnd(counter.bits(), condition(when), jump),
            Instruction::Lpfend { when, jump } => Op::LoopForeverEnd(condition(when), jump),
            Instruction::Rmb => Op::ReadBarrier,
            Instruction::Wmb => Op::WriteBarrier,
            Instruction::Sev { event } => Op::SendEvent(event.get() as u8),
            Instruction::Wfe { event, invalid } => Op::WaitEvent(event.get() as u8, invalid),
            Instruction::Wfp { kind, peripheral } => Op::WaitPeripheral(request(kind), peripheral.get() as u8),
            Instruction::Flushp { peripheral } => Op::FlushPeripheral(peripheral.get() as u8),
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

fn side(register: AddressRegister) -> Side {
    match register {
        AddressRegister::Sar => Side::Source,
        AddressRegister::Dar => Side::Destination,
    }
}

fn condition(when: Condition) -> When {
    match when {
        Condition::Always => When::Always,
        Condition::Single => When::Single,
        Condition::Burst => When::Burst,
    }
}

fn either(when: PeripheralCondition) -> When {
    match when {
        PeripheralCondition::Single => When::Single,
        PeripheralCondition::Burst => When::Burst,
    }
}

fn request(kind: instruction::RequestKind) -> RequestKind {
    match kind {
        instruction::RequestKind::Single => RequestKind::Single,
        instruction::RequestKind::Burst => RequestKind::Burst,
        instruction::RequestKind::Peripheral => RequestKind::Peripheral,
    }
}
