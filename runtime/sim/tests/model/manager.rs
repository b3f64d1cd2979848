//! The manager's own program, and events.

use linkwright::dma::{Controller, FaultCause};
use linkwright::microcode::{Op, Side};
use linkwright::mmio::Io;
use linkwright_pl330::regs::{self, ManagerState, ThreadState};
use linkwright_sim::{Config, Violation};

use crate::board::*;

fn booted(bytes: &[u8]) -> Board {
    let board = Board::new(Config { boot: Some(PROGRAMS), ..Config::zynq7000() });
    board.memory().poke(PROGRAMS, bytes).unwrap();
    board
}

#[test]
fn the_manager_boots_and_starts_a_channel() {
    // DMAWFE 3; DMAGO C1, 0x101000; DMAEND
    let board = booted(&[0x36, 0x18, 0xa0, 1, 0x00, 0x10, 0x10, 0x00, 0x00]);
    board.write_program(1, &program(&[source(0x55), END]));
    board.settle();
    let status = board.sim.read(regs::DSR);
    assert_eq!(status.get(regs::Dsr::DMA_STATUS), ManagerState::WaitingForEvent);
    assert_eq!(status.get(regs::Dsr::WAKEUP_EVENT).get(), 3);
    assert_eq!(board.sim.read(regs::DPC).word(), PROGRAMS);
    board.driver.send_event(3, 10).unwrap();
    board.settle();
    assert_eq!(board.channel(1).source, 0x55);
    assert_eq!(board.sim.read(regs::DSR).get(regs::Dsr::DMA_STATUS), ManagerState::Stopped);
}

#[test]
fn a_channel_instruction_in_the_manager_is_undefined() {
    let board = booted(&[0x18, 0x04]);
    board.settle();
    let causes: Vec<_> = board.driver.manager_fault().unwrap().iter().collect();
    assert_eq!(causes, [FaultCause::UndefinedInstruction]);
    assert_eq!(board.sim.read(regs::DPC).word(), PROGRAMS + 1);
}

#[test]
fn an_event_is_kept_for_the_first_wait_and_wakes_all_that_wait() {
    let board = zynq();
    board.driver.send_event(2, 10).unwrap();
    board.start(0, &[Op::WaitEvent(2, false), END]);
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped);
    for c in 0..3 {
        board.start(c, &[Op::WaitEvent(2, false), END]);
    }
    board.settle();
    assert_eq!(board.state(2), ThreadState::WaitingForEvent, "consumed");
    board.driver.send_event(2, 10).unwrap();
    board.settle();
    assert!((0..3).all(|c| board.state(c) == ThreadState::Stopped));
    assert_eq!(board.sim.read(regs::INT_EVENT_RIS).word(), 0);
}

#[test]
fn channels_signal_each_other() {
    let board = zynq();
    board.start(0, &[Op::WaitEvent(7, false), Op::SendEvent(8), END]);
    board.start(1, &[Op::SendEvent(7), Op::WaitEvent(8, false), source(1), END]);
    board.settle();
    assert_eq!((board.state(1), board.channel(1).source), (ThreadState::Stopped, 1));
}

#[test]
fn an_interrupt_is_a_level_until_cleared() {
    let board = zynq();
    board.driver.enable_interrupts(0b110);
    board.run_program(&[Op::SendEvent(1), Op::SendEvent(2), Op::SendEvent(2), END]);
    assert_eq!((board.interrupts(), board.driver.interrupts()), (0b110, 0b110));
    assert_eq!(board.counters().interrupts, 2);
    board.driver.clear_interrupts(0b010);
    assert_eq!(board.interrupts(), 0b100);
}

#[test]
fn an_interrupt_disabled_while_raised_cannot_be_cleared() {
    let board = zynq().tolerant();
    board.driver.enable_interrupts(1);
    board.run_program(&[Op::SendEvent(0), END]);
    board.driver.enable_interrupts(0);
    board.driver.clear_interrupts(1);
    assert_eq!(board.interrupts(), 1);
    assert_eq!(board.violations(), [Violation::DisabledWhileRaised { events: 1 }]);
}

#[test]
fn waiting_for_an_interrupt_never_ends() {
    let board = zynq().tolerant();
    board.driver.enable_interrupts(1);
    board.start(0, &[Op::WaitEvent(0, false), END]);
    board.settle();
    board.driver.send_event(0, 10).unwrap();
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForEvent);
    assert_eq!(board.violations(), [Violation::WaitForInterrupt { event: 0 }]);
}

/// A thread that signals an event and waits for it passes; while the event is an interrupt it is held there, until
/// software makes it an event again and signals it.
#[test]
fn a_thread_can_be_held_at_a_checkpoint() {
    let board = zynq();
    let checkpoint = [Op::AddAddress(Side::Source, 8), Op::SendEvent(3), Op::WaitEvent(3, false)];
    board.start(0, &concat(&[&[source(0)], &repeat(0, 4, &checkpoint), &[END]]));
    board.settle();
    assert_eq!((board.state(0), board.channel(0).source), (ThreadState::Stopped, 32), "nothing holds it");

    board.driver.enable_interrupts(1 << 3);
    board.start(0, &concat(&[&[source(0)], &repeat(0, 4, &checkpoint), &[END]]));
    board.settle();
    assert_eq!(
        (board.state(0), board.interrupts(), board.channel(0).source),
        (ThreadState::WaitingForEvent, 1 << 3, 8)
    );
    // An interrupt releases nobody.
    board.driver.send_event(3, 10).unwrap();
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForEvent);
    board.driver.clear_interrupts(1 << 3);
    board.driver.enable_interrupts(0);
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForEvent, "nor does disabling it");
    board.driver.send_event(3, 10).unwrap();
    board.settle();
    assert_eq!((board.state(0), board.channel(0).source), (ThreadState::Stopped, 32));
}

#[test]
fn a_line_can_miss_an_edge_that_the_registers_show() {
    let board = zynq();
    board.driver.enable_interrupts(1);
    board.swallow_interrupts(1);
    board.run_program(&[Op::SendEvent(0), END]);
    assert_eq!((board.interrupts(), board.sim.read(regs::INTMIS).word()), (0, 1));
    board.driver.clear_interrupts(1);
    board.run_program(&[Op::SendEvent(0), END]);
    assert_eq!(board.interrupts(), 1);
}

#[test]
fn interrupts_can_get_lost() {
    let board = zynq();
    board.driver.enable_interrupts(0b11);
    board.lose_interrupts(0b01);
    board.run_program(&[Op::SendEvent(0), Op::SendEvent(1), END]);
    assert_eq!(board.interrupts(), 0b10);
}
