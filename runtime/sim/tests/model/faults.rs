//! Faults: which, where, and the way out.

use linkwright::dma::{Controller, FaultCause, FaultCauses};
use linkwright::microcode::{Op, Side};
use linkwright_pl330::regs::ThreadState;

use crate::board::*;

#[test]
fn undefined_bytes_are_a_precise_fault() {
    // 0x01 is a kill, which no program may hold.
    for opcode in [0x01, 0x02, 0x0d, 0xff] {
        let board = zynq();
        board.start_bytes(4, &[0x18, 0x18, opcode, 0, 0, 0, 0, 0]);
        board.expect_fault(4, &[FaultCause::UndefinedInstruction]);
        assert_eq!(board.channel(4).pc, PROGRAMS + 0x4002, "{opcode:#x}");
    }
}

#[test]
fn operand_bits_that_must_be_zero_are_checked() {
    // 0x06 and 0x0a are the missing fourth forms of load and store.
    for bytes in [[0x06, 0], [0x0a, 0], [0x34, 0x01], [0x35, 0x02], [0x36, 0x04], [0x30, 0x07], [0xbc, 0x03]] {
        let board = zynq();
        board.start_bytes(0, &[bytes[0], bytes[1], 0, 0, 0, 0, 0]);
        board.expect_fault(0, &[FaultCause::InvalidOperand]);
    }
}

#[test]
fn an_event_that_is_not_there_is_an_invalid_operand() {
    for op in [Op::SendEvent(16), Op::WaitEvent(31, false)] {
        let board = zynq();
        board.start(0, &[op, END]);
        board.expect_fault(0, &[FaultCause::InvalidOperand]);
    }
}

#[test]
fn a_manager_instruction_in_a_channel_is_undefined() {
    let board = zynq();
    board.start_bytes(0, &[0xa0, 1, 0, 0, 0x10, 0]);
    board.expect_fault(0, &[FaultCause::UndefinedInstruction]);
}

#[test]
fn a_beat_wider_than_the_bus_is_a_precise_fault() {
    let board = zynq();
    board.start(0, &[control(bursts(16, 1), bursts(8, 2)), source(SOURCE), destination(DESTINATION), LD, ST, END]);
    board.expect_fault(0, &[FaultCause::InvalidOperand]);
    assert_eq!((board.channel(0).pc, board.counters().reads.bursts), (PROGRAMS + 18, 0));
}

#[test]
fn a_faulting_thread_waits_for_its_accesses() {
    let board = zynq();
    let data = board.fill_source(128);
    board.start_bytes(0, &[program(&aligned_copy()), vec![0x04, 0x08], vec![0x18; 60], vec![0xff]].concat());
    board.reach(0, ThreadState::FaultingCompleting);
    assert_eq!(board.driver.faulting(), 1, "already visible");
    board.reach(0, ThreadState::Faulting);
    assert_eq!(board.memory().dump(DESTINATION, 128), data, "what was on the bus arrives");
}

#[test]
fn only_a_kill_leads_out_and_then_the_channel_works() {
    let board = zynq();
    board.start_bytes(0, &[0xff]);
    board.start(1, &concat(&[&aligned_copy(), &repeat(0, 256, &[LD, ST]), &[WMB, END]]));
    board.expect_fault(0, &[FaultCause::UndefinedInstruction]);
    board.settle();
    assert_eq!((board.state(1), board.counters().writes.bursts), (ThreadState::Stopped, 256), "others never notice");
    board.driver.kill(0, 10).unwrap();
    board.settle();
    assert_eq!((board.state(0), board.driver.fault(0)), (ThreadState::Stopped, FaultCauses::NONE));
    assert!(!board.abort_line());
    board.run_program(&concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    assert_eq!(board.state(0), ThreadState::Stopped);
}

#[test]
fn the_abort_line_stays_high_until_the_last_thread_is_killed() {
    let board = zynq();
    board.start_bytes(0, &[0xff]);
    board.start_bytes(5, &[0xff]);
    board.settle();
    assert_eq!(board.driver.faulting(), 0b10_0001);
    board.driver.kill(0, 10).unwrap();
    board.settle();
    assert!(board.abort_line());
    board.driver.kill(5, 10).unwrap();
    board.settle();
    assert!(!board.abort_line());
}

#[test]
fn a_fault_drops_what_was_loaded() {
    let board = zynq();
    board.start_bytes(0, &[program(&aligned_copy()), vec![0x04, 0x12, 0xff]].concat());
    board.expect_fault(0, &[FaultCause::UndefinedInstruction]);
    assert_eq!((board.counters().discarded, board.channel(0).fifo_lines), (128, 0));
}

#[test]
fn every_cause_can_be_injected_and_is_told_by_the_generated_driver() {
    for cause in CAUSES {
        let board = zynq();
        board.start(6, &[Op::WaitEvent(0, false), END]);
        board.reach(6, ThreadState::WaitingForEvent);
        board.inject_fault(6, cause);
        if cause == FaultCause::StartSecurity {
            continue; // the manager's alone
        }
        board.expect_fault(6, &[cause]);
    }
}

#[test]
fn addresses_after_a_fault_tell_how_far_it_got() {
    let board = zynq();
    let ops = concat(&[&aligned_copy(), &repeat(0, 3, &[LD, ST]), &[Op::AddAddress(Side::Source, 8)]]);
    board.start_bytes(0, &[program(&ops), vec![0xff]].concat());
    board.expect_fault(0, &[FaultCause::UndefinedInstruction]);
    let position = board.driver.position(0);
    assert_eq!((position.source, position.destination), (SOURCE + 3 * 128 + 8, DESTINATION + 3 * 128));
}

const CAUSES: [FaultCause; 13] = [
    FaultCause::UndefinedInstruction,
    FaultCause::InvalidOperand,
    FaultCause::StartSecurity,
    FaultCause::EventSecurity,
    FaultCause::PeripheralSecurity,
    FaultCause::AccessSecurity,
    FaultCause::FifoOverflow,
    FaultCause::FifoUnderflow,
    FaultCause::InstructionFetch,
    FaultCause::DataWrite,
    FaultCause::DataRead,
    FaultCause::Lockup,
    FaultCause::DebugInstruction,
];
