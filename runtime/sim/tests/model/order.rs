//! What is not ordered happens out of order.

use linkwright::dma::Controller;
use linkwright::microcode::Op;
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{AxiLog, BeatKind, Outcome};

use crate::board::*;

fn copy_then(tail: &[Op]) -> (Board, Vec<u8>) {
    let board = zynq();
    let data = board.fill_source(128);
    board.driver.enable_interrupts(1);
    board.start(0, &concat(&[&aligned_copy(), &[LD, ST], tail]));
    assert_eq!(board.run_until_interrupt(LONG), Outcome::Reached);
    (board, data)
}

#[test]
fn an_interrupt_without_a_barrier_comes_before_the_data() {
    let (board, data) = copy_then(&[Op::SendEvent(0), END]);
    assert_eq!(board.memory().dump(DESTINATION, 128), vec![0; 128]);
    board.settle();
    assert_eq!(board.memory().dump(DESTINATION, 128), data, "it does come");
}

#[test]
fn a_write_barrier_puts_the_data_first() {
    let (board, data) = copy_then(&[WMB, Op::SendEvent(0), END]);
    assert_eq!(board.memory().dump(DESTINATION, 128), data);
}

#[test]
fn a_read_barrier_is_no_write_barrier() {
    let (board, data) = copy_then(&[Op::ReadBarrier, Op::SendEvent(0), END]);
    assert_ne!(board.memory().dump(DESTINATION, 128), data);
}

#[test]
fn the_channel_still_runs_when_its_interrupt_is_raised() {
    let (board, _) = copy_then(&[WMB, Op::SendEvent(0), Op::Nop, END]);
    assert_ne!(board.state(0), ThreadState::Stopped);
    board.reach(0, ThreadState::Stopped);
}

#[test]
fn an_ended_channel_waits_for_its_writes() {
    let board = zynq();
    let data = board.fill_source(128);
    board.start(0, &concat(&[&aligned_copy(), &[LD, ST, END]]));
    board.reach(0, ThreadState::Completing);
    assert_ne!(board.memory().dump(DESTINATION, 128), data);
    board.reach(0, ThreadState::Stopped);
    assert_eq!(board.memory().dump(DESTINATION, 128), data);
}

#[test]
fn loads_run_ahead_of_stores() {
    let board = zynq();
    board.set_log(AxiLog::Beats);
    board.run_program(&concat(&[&aligned_copy(), &repeat(0, 4, &[LD, ST]), &[WMB, END]]));
    let beats = board.take_beats();
    let time = |kind, nth| beats.iter().filter(|b| b.kind == kind && b.first).map(|b| b.time).nth(nth).unwrap();
    assert!(time(BeatKind::Read, 1) < time(BeatKind::Write, 0) + 16, "the bus reads and writes at once");
}

#[test]
fn the_addresses_move_before_the_data_does() {
    let board = zynq();
    let data = board.fill_source(128);
    board.start(0, &concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    board.run_until(0, LONG, |c| c.destination == DESTINATION + 128);
    assert_ne!(board.memory().dump(DESTINATION, 128), data);
}

#[test]
fn reading_what_was_just_written_needs_a_barrier() {
    // Copy to the destination and from there further on.
    let chained = |between: &[Op]| {
        let board = zynq();
        let data = board.fill_source(128);
        let second = [source(DESTINATION), destination(DESTINATION + 4096), LD, ST, WMB, END];
        board.run_program(&concat(&[&aligned_copy(), &[LD, ST], between, &second]));
        board.memory().dump(DESTINATION + 4096, 128) == data
    };
    assert!(!chained(&[]));
    assert!(chained(&[WMB]));
}
