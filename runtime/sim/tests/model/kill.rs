//! Killing threads.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, RequestKind};
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{AxiLog, BeatKind};

use crate::board::*;

#[test]
fn a_kill_completes_what_is_on_the_bus_and_drops_the_rest() {
    let board = zynq();
    let data = board.fill_source(65_536);
    board.set_log(AxiLog::Beats);
    board.start(0, &concat(&[&aligned_copy(), &repeat(0, 256, &[LD, ST]), &[WMB, END]]));
    board.run(600);
    board.driver.kill(0, 10).unwrap();
    board.reach(0, ThreadState::Killing);
    let (stores, written) = (board.counters().writes.bursts, board.counters().writes.bytes);
    board.reach(0, ThreadState::Stopped);
    let counters = board.counters();
    assert!(counters.writes.bytes > written, "writes land after the kill");
    assert!(counters.writes.transactions < stores, "stores that were not on the bus are gone");
    assert!(counters.discarded > 0);
    assert_eq!(board.channel(0).fifo_lines, 0);
    let n = counters.writes.bytes as usize;
    assert_eq!(board.memory().dump(DESTINATION, n), data[..n]);
    assert_eq!(board.memory().dump(DESTINATION + n as u32, 4096), vec![0; 4096]);
    let whole_bursts = board.take_beats().iter().filter(|b| b.kind == BeatKind::Write).count();
    assert_eq!(whole_bursts % 16, 0);
}

#[test]
fn a_hung_bus_keeps_a_killed_channel_killing() {
    let board = zynq();
    board.start(0, &concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    board.run(60);
    board.hang_bus(true);
    board.driver.kill(0, 10).unwrap();
    board.run(1_000_000);
    assert_eq!(board.state(0), ThreadState::Killing);
    board.hang_bus(false);
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped);
}

#[test]
fn killing_a_parked_channel_is_immediate_and_raises_nothing() {
    for park in [Op::WaitEvent(2, false), Op::WaitPeripheral(RequestKind::Single, 1)] {
        let board = zynq();
        board.driver.enable_interrupts(1);
        board.start(0, &[park, Op::SendEvent(0), END]);
        board.settle();
        board.driver.kill(0, 10).unwrap();
        board.settle();
        assert_eq!((board.state(0), board.interrupt()), (ThreadState::Stopped, false));
    }
}

#[test]
fn killing_a_stopped_channel_does_nothing() {
    let board = zynq();
    board.driver.kill(3, 10).unwrap();
    board.settle();
    assert_eq!(board.state(3), ThreadState::Stopped);
}

#[test]
fn a_kill_leaves_other_channels_alone() {
    let board = zynq();
    let data = board.fill_source(65_536);
    let copy = concat(&[&aligned_copy(), &repeat(1, 2, &repeat(0, 256, &[LD, ST])), &[WMB, END]]);
    board.start(0, &copy);
    let elsewhere = [control(bursts(8, 16), bursts(8, 16)), source(SOURCE), destination(DESTINATION + 0x8_0000)];
    board.start(1, &concat(&[&elsewhere, &repeat(0, 256, &[LD, ST]), &[END]]));
    board.run(2_000);
    board.driver.kill(1, 10).unwrap();
    board.settle();
    assert_eq!(board.memory().dump(DESTINATION, 65_536), data);
}

#[test]
fn a_channel_starts_again_after_a_kill() {
    let board = zynq();
    let data = board.fill_source(128);
    board.start(0, &concat(&[&aligned_copy(), &forever(&[LD, ST])]));
    board.run(3_000);
    board.driver.kill(0, 10).unwrap();
    board.settle();
    let ops = [control(bursts(8, 16), bursts(8, 16)), source(SOURCE), destination(DESTINATION + 0x10_0000)];
    board.run_program(&concat(&[&ops, &[LD, ST, WMB, END]]));
    assert_eq!(board.memory().dump(DESTINATION + 0x10_0000, 128), data, "nothing of the killed program is left");
}
