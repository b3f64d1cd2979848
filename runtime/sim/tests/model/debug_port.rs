//! The debug registers: busy windows, what may be issued, and what happens when it may not.

use linkwright::dma::{Controller, FaultCause, Stuck, ThreadState as State};
use linkwright::microcode::Op;
use linkwright::mmio::{Bus, Io, Value};
use linkwright_pl330::regs::{self, ThreadState};
use linkwright_sim::Violation;

use crate::board::*;

fn issue(board: &Board, first: u32, second: u32) {
    board.sim.store(regs::DBGINST0.offset(), first);
    board.sim.store(regs::DBGINST1.offset(), second);
    board.sim.write(regs::DBGCMD, Value::zero());
}

fn busy(board: &Board) -> bool {
    board.sim.read(regs::DBGSTATUS).word() == 1
}

#[test]
fn the_interface_is_busy_for_a_while() {
    let board = zynq();
    let program = board.write_program(0, &[0x18, 0]);
    issue(&board, 0x00a0_0000, program);
    assert!(busy(&board));
    assert_eq!(board.driver.state(0), State::Stopped, "started, but not yet running");
    board.run(10);
    assert!(!busy(&board));
}

#[test]
fn writing_while_busy_is_caught() {
    let board = zynq().tolerant();
    let program = board.write_program(0, &[0x18, 0]);
    issue(&board, 0x00a0_0000, program);
    for offset in [regs::DBGINST0.offset(), regs::DBGINST1.offset()] {
        board.sim.store(offset, 0);
        assert_eq!(board.violations(), [Violation::DebugBusy { offset }]);
    }
    board.settle();
    assert_eq!(board.counters().starts, 1, "the command was not disturbed");
}

#[test]
fn an_undefined_instruction_faults_the_manager_and_the_interface_stays_busy() {
    for byte in [0xff, 0x04, 0x18, 0x36] {
        let board = zynq();
        issue(&board, byte << 16, 0);
        board.settle();
        assert_eq!(board.manager_fault(), 0x4000_0001, "{byte:#x}");
        assert!(busy(&board) && board.abort_line());
        assert_eq!(board.driver.start(0, PROGRAMS, false, 50), Err(Stuck));
        // The next valid command frees it.
        issue(&board, 0x0001_0000, 0);
        board.settle();
        assert!(!busy(&board));
        assert_eq!((board.manager_fault(), board.abort_line()), (0, false));
    }
}

#[test]
fn starting_a_running_channel_faults_the_manager() {
    let board = zynq().tolerant();
    board.start(0, &[Op::WaitEvent(0, false), END]);
    board.settle();
    board.start(0, &[END]);
    board.settle();
    assert_eq!(board.manager_fault(), 0x4000_0002);
    assert_eq!(board.violations(), [Violation::NotStopped { channel: 0 }]);
    assert!(!busy(&board));
    assert_eq!(board.state(0), ThreadState::WaitingForEvent, "the channel never noticed");
}

#[test]
fn starting_a_channel_that_is_not_there_faults_the_manager() {
    let board = Board::new(linkwright_sim::Config { channels: 3, ..linkwright_sim::Config::zynq7000() });
    board.start(3, &[END]);
    board.settle();
    assert_eq!(board.manager_fault(), 0x4000_0002);
}

#[test]
fn a_faulting_manager_takes_only_a_kill() {
    let board = zynq().tolerant();
    board.inject_manager_fault(FaultCause::InvalidOperand);
    board.start(0, &[END]);
    board.settle();
    assert_eq!(board.violations(), [Violation::DebugFaulting]);
    assert_eq!(board.counters().starts, 0);
    board.driver.kill_manager(10).unwrap();
    board.start(0, &[END]);
    board.settle();
    assert_eq!(board.counters().starts, 1);
}

#[test]
fn a_channel_is_given_instructions_through_the_port_too() {
    let board = zynq();
    board.start(2, &[Op::WaitEvent(0, false), END]);
    board.settle();
    // DMAGO is the manager's.
    issue(&board, 0x00a0_0201, 0);
    board.settle();
    board.expect_fault(2, &[FaultCause::UndefinedInstruction, FaultCause::DebugInstruction]);
    issue(&board, 0x0001_0201, 0);
    board.settle();
    assert_eq!(board.state(2), ThreadState::Stopped);
}

#[test]
fn a_reserved_command_is_caught() {
    let board = zynq().tolerant();
    board.sim.store(regs::DBGCMD.offset(), 1);
    assert_eq!(board.violations(), [Violation::DebugCommand { value: 1 }]);
    assert!(!busy(&board));
}

#[test]
fn an_interface_that_is_broken_ends_in_a_typed_error() {
    let board = zynq();
    board.kill_debug(true);
    assert_eq!(board.driver.start(0, PROGRAMS, false, 50), Err(Stuck));
    assert_eq!(board.counters().register_reads, 50, "bounded");
    board.kill_debug(false);
    board.start(0, &[END]);
    board.settle();
}

#[test]
fn a_start_takes_one_read_and_three_writes() {
    let board = zynq();
    let program = board.write_program(0, &[0]);
    board.reset_counters();
    board.driver.start(0, program, false, 50).unwrap();
    assert_eq!((board.counters().register_reads, board.counters().register_writes), (1, 3));
}
