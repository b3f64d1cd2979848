//! Power, clock and reset.

use linkwright::dma::Controller;
use linkwright::microcode::Op;
use linkwright::mmio::{Bus, Io};
use linkwright_pl330::regs::{self, ThreadState};
use linkwright_sim::{Outcome, Violation};

use crate::board::*;

#[test]
fn registers_are_dead_without_power() {
    let board = zynq().tolerant();
    board.set_power(false);
    let offset = regs::INTEN.offset();
    assert_ne!(board.sim.load(offset), 0);
    board.sim.store(offset, 1);
    assert_eq!(board.violations(), [Violation::Unpowered { offset }; 2]);
    board.set_power(true);
    assert_eq!(board.sim.load(offset), 0);
    assert_eq!(board.violations(), []);
}

#[test]
#[should_panic(expected = "access to register 0x020 without power")]
fn a_violation_stops_the_test_at_the_culprit() {
    let board = zynq();
    board.set_power(false);
    board.driver.enable_interrupts(1);
}

#[test]
fn power_takes_the_registers_with_it() {
    let board = zynq();
    board.driver.enable_interrupts(0xff);
    board.run_program(&[source(5), Op::SendEvent(9), END]);
    board.set_power(false);
    board.set_power(true);
    assert_eq!((board.sim.read(regs::INTEN).word(), board.channel(0).source), (0, 0));
    assert_eq!(board.sim.read(regs::INT_EVENT_RIS).word(), 0);
}

#[test]
fn what_is_saved_can_be_restored() {
    let board = zynq();
    board.driver.enable_interrupts(0x0f);
    let saved = board.driver.save();
    board.set_power(false);
    board.set_power(true);
    board.driver.restore(&saved);
    assert_eq!(board.sim.read(regs::INTEN).word(), 0x0f);
}

#[test]
fn cutting_power_under_a_running_channel_is_caught() {
    let board = zynq().tolerant();
    board.start(3, &concat(&[&aligned_copy(), &repeat(0, 256, &[LD, ST]), &[END]]));
    board.run(500);
    board.set_power(false);
    assert_eq!(board.violations(), [Violation::PowerCut { channel: 3 }]);
    assert_eq!(board.run_until_idle(LONG), Outcome::Idle);
    board.set_power(true);
    assert_eq!(board.state(3), ThreadState::Stopped);
}

#[test]
fn without_a_clock_nothing_moves_and_nothing_is_lost() {
    let board = zynq().tolerant();
    let data = board.fill_source(32_768);
    board.start(0, &concat(&[&aligned_copy(), &repeat(0, 256, &[LD, ST]), &[END]]));
    board.run(500);
    let before = board.channel(0);
    board.set_clock(false);
    board.run(5_000);
    assert_eq!(board.channel(0), before);
    board.sim.read(regs::DSR);
    assert_eq!(board.violations(), [Violation::Unclocked { offset: regs::DSR.offset() }]);
    board.set_clock(true);
    board.settle();
    assert_eq!(board.memory().dump(DESTINATION, 32_768), data);
}

#[test]
fn a_reset_stops_everything() {
    let board = zynq();
    board.driver.enable_interrupts(1);
    board.start(0, &concat(&[&aligned_copy(), &forever(&[LD, ST])]));
    board.run(500);
    board.reset();
    board.settle();
    assert_eq!((board.state(0), board.channel(0).fifo_lines), (ThreadState::Stopped, 0));
}
