//! The shared FIFO: lines, the load lock, and what happens when programs ask for more than there is.

use linkwright::dma::plan::FifoNeed;
use linkwright::dma::{Controller, FaultCause};
use linkwright::microcode::{Op, RequestKind};
use linkwright::mmio::{Io, Value};
use linkwright_pl330::regs::{self, ThreadState};
use linkwright_sim::{Config, Outcome, Request};

use crate::board::*;

fn lines(fifo_lines: u16) -> Board {
    Board::new(Config { fifo_lines, ..Config::zynq7000() })
}

const WAIT: Op = Op::WaitPeripheral(RequestKind::Single, 0);

#[test]
fn eight_aligned_copies_fit_in_one_burst_of_lines() {
    // The rule "depth over channels" would allow bursts of two here.
    let board = lines(16);
    board.fill_source(65_536);
    let ops = |c: u32| {
        let part = 8192 * c;
        let head = [control(bursts(8, 16), bursts(8, 16)), source(SOURCE + part), destination(DESTINATION + part)];
        concat(&[&head, &repeat(0, 64, &[LD, ST]), &[WMB, END]])
    };
    for c in 0..8 {
        board.start(c, &ops(c.into()));
    }
    board.settle();
    assert_eq!(board.memory().dump(DESTINATION, 65_536), board.memory().dump(SOURCE, 65_536));
    assert_eq!((board.counters().faults, board.counters().most_fifo_lines), (0, 16));
    assert_eq!(board.channel(7).fifo, FifoNeed { resident: 0, transient: 16 });
}

#[test]
fn two_channels_that_ask_for_too_much_lock_up() {
    // Each keeps 16 lines over a point where it does not hold the load lock, and then wants 16 more.
    let board = lines(32);
    let ops = |c: u32| {
        let head = [control(bursts(8, 16), bursts(8, 16)), source(SOURCE), destination(DESTINATION + 4096 * c)];
        concat(&[&head, &[LD, Op::ReadBarrier, WAIT, LD, ST, ST, WMB, END]])
    };
    board.start(0, &ops(0));
    board.reach(0, ThreadState::WaitingForPeripheral);
    board.start(1, &ops(1));
    board.reach(1, ThreadState::WaitingForPeripheral);
    board.request(0, Request::SINGLE);
    board.request(0, Request::SINGLE);
    let before = board.now();
    board.settle();
    for c in 0..2 {
        assert_eq!(board.state(c), ThreadState::Faulting);
        assert_eq!(board.driver.fault(c).iter().collect::<Vec<_>>(), [FaultCause::Lockup]);
        assert_eq!(board.channel(c).fifo_lines, 0, "an aborted channel gives its lines back");
    }
    assert!(board.now() - before >= 1024, "the watchdog gives them time");
    // One after the other they fit.
    board.driver.kill(0, 10).unwrap();
    board.driver.kill(1, 10).unwrap();
    board.settle();
    for c in 0..2 {
        board.start(c, &ops(c.into()));
        board.reach(c, ThreadState::WaitingForPeripheral);
        board.request(0, Request::SINGLE);
        board.settle();
        assert_eq!(board.state(c), ThreadState::Stopped);
        assert_eq!(board.channel(c).fifo, FifoNeed { resident: 16, transient: 16 });
    }
}

#[test]
fn who_holds_nothing_is_not_aborted() {
    // Channel 0 fills the FIFO and wants more: its own fault. Channel 1 only waits behind it.
    let board = lines(16);
    board.start(0, &concat(&[&aligned_copy(), &[LD, LD, ST, ST, WMB, END]]));
    board.start(1, &concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    board.expect_fault(0, &[FaultCause::Lockup]);
    board.settle();
    assert_eq!(board.state(1), ThreadState::Stopped);
    assert_eq!(board.counters().writes.bytes, 128);
}

#[test]
fn the_watchdog_can_be_told_only_to_interrupt() {
    let board = lines(16);
    let action = Value::zero().with(regs::Wd::WD_IRQ_ONLY, regs::LockupAction::InterruptOnly);
    board.sim.write(regs::WD, action);
    board.start(0, &concat(&[&aligned_copy(), &[LD, LD, ST, ST, END]]));
    assert_eq!(board.run_until_interrupt(LONG), Outcome::Reached);
    assert!(board.abort_line());
    assert_eq!((board.state(0), board.driver.faulting()), (ThreadState::Executing, 0));
    board.driver.kill(0, 10).unwrap();
    board.settle();
    assert!(!board.abort_line());
}

#[test]
fn a_load_larger_than_the_fifo_faults_at_once() {
    let board = lines(15);
    board.start(0, &concat(&[&aligned_copy(), &[LD, ST, END]]));
    board.expect_fault(0, &[FaultCause::FifoOverflow]);
    assert_eq!(board.channel(0).pc, PROGRAMS + 18);
}

#[test]
fn a_store_without_data_faults() {
    let board = zynq();
    let ops = [control(bursts(8, 1), bursts(8, 2)), source(SOURCE), destination(DESTINATION), LD, ST, WMB, END];
    board.start(0, &ops);
    board.expect_fault(0, &[FaultCause::FifoUnderflow]);
    assert_eq!(board.channel(0).pc, PROGRAMS + 19, "known before it is tried, so precise");
    assert_eq!(board.counters().writes.bursts, 0);
}

#[test]
fn the_load_lock_is_kept_until_a_store() {
    let board = zynq();
    let idle = repeat(0, 100, &[Op::Nop]);
    board.start(0, &concat(&[&aligned_copy(), &[LD], &idle, &[ST, WMB, END]]));
    board.start(1, &concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    board.run_until(1, LONG, |c| c.source > SOURCE && c.instructions > 3);
    assert!(board.channel(0).destination > DESTINATION, "channel 1 loaded before channel 0 stored");
}

#[test]
fn barriers_and_waits_give_the_lock_away() {
    for release in [Op::ReadBarrier, Op::WriteBarrier, Op::WaitEvent(3, false), WAIT] {
        let board = zynq();
        board.start(0, &concat(&[&aligned_copy(), &[LD, release], &forever(&[Op::Nop])]));
        board.run(300);
        board.start(1, &concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
        assert_eq!(board.run_until(1, 10_000, |c| c.state == ThreadState::Stopped), Outcome::Reached, "{release:?}");
    }
}

#[test]
fn a_fixed_destination_takes_a_line_for_each_beat() {
    let board = zynq();
    let ops = [control(bursts(8, 4), fixed(4, 8)), source(SOURCE), destination(DESTINATION), LD, ST, WMB, END];
    board.run_program(&ops);
    assert_eq!(board.channel(0).fifo.transient, 8);
    assert_eq!(board.memory().dump(DESTINATION, 8)[..4], board.memory().dump(SOURCE + 28, 4)[..]);
}
