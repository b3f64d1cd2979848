//! Secure and non-secure threads, events, lines and accesses.

use linkwright::dma::{Controller, FaultCause};
use linkwright::microcode::{Access, Op, RequestKind, When};
use linkwright::mmio::{Bus, Io, Value};
use linkwright_pl330::regs::{self, ThreadState};
use linkwright_sim::{AxiLog, BeatKind, Config, SimMemory, Violation};

use crate::board::*;

fn non_secure_manager() -> Board {
    Board::new(Config {
        manager_non_secure: true,
        non_secure_events: 0b10,
        non_secure_requests: 0b10,
        ..Config::zynq7000()
    })
}

fn half_open() -> Board {
    Board::new(Config { non_secure_events: 0b10, non_secure_requests: 0b10, ..Config::zynq7000() })
}

fn ns(access: Access) -> Access {
    Access { protection: 2, ..access }
}

#[test]
fn a_secure_manager_starts_both_kinds() {
    let board = half_open();
    board.start(0, &[Op::WaitEvent(0, false), END]);
    board.start_non_secure(1, &[Op::WaitEvent(1, false), END]);
    board.settle();
    assert_eq!((board.channel(0).non_secure, board.channel(1).non_secure), (false, true));
    assert_eq!(
        board.sim.read(regs::CHANNEL_STATUS_CSR.at(linkwright::mmio::Bounded::of::<1>())).get(regs::Csr::CNS),
        regs::Security::NonSecure
    );
}

#[test]
fn a_non_secure_manager_starts_no_secure_channel() {
    let board = non_secure_manager();
    assert!(board.driver.capabilities().non_secure);
    board.start(0, &[END]);
    board.settle();
    let causes = board.driver.manager_fault().unwrap();
    assert!(causes.contains(FaultCause::StartSecurity) && causes.contains(FaultCause::DebugInstruction));
    board.driver.kill_manager(10).unwrap();
    board.start_non_secure(0, &[END]);
    board.settle();
    assert_eq!((board.driver.manager_fault(), board.counters().starts), (None, 1));
}

#[test]
fn a_non_secure_manager_signals_no_secure_event() {
    let board = non_secure_manager();
    board.driver.send_event(0, 10).unwrap();
    board.settle();
    assert!(board.driver.manager_fault().unwrap().contains(FaultCause::EventSecurity));
    board.driver.kill_manager(10).unwrap();
    board.driver.send_event(1, 10).unwrap();
    board.settle();
    assert_eq!(board.driver.manager_fault(), None);
}

#[test]
fn a_non_secure_channel_uses_its_own_events_and_lines_only() {
    let cases = [
        (Op::SendEvent(0), FaultCause::EventSecurity),
        (Op::WaitEvent(0, false), FaultCause::EventSecurity),
        (Op::WaitPeripheral(RequestKind::Single, 0), FaultCause::PeripheralSecurity),
        (Op::FlushPeripheral(0), FaultCause::PeripheralSecurity),
        (Op::LoadPeripheral(When::Single, 0), FaultCause::PeripheralSecurity),
        (Op::StorePeripheral(When::Single, 0), FaultCause::PeripheralSecurity),
    ];
    for (op, cause) in cases {
        let board = half_open();
        board.start_non_secure(0, &[op, END]);
        board.expect_fault(0, &[cause]);
        assert_eq!(board.channel(0).pc, PROGRAMS, "precise");
    }
    let board = half_open();
    board.start_non_secure(0, &[Op::SendEvent(1), Op::FlushPeripheral(1), END]);
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped);
}

#[test]
fn a_non_secure_channel_asks_for_non_secure_accesses() {
    let head = [source(SOURCE), destination(DESTINATION)];
    let both = |from, to| concat(&[&[control(from, to)], &head, &[LD, ST, WMB, END]]);
    for (from, to, at) in [(bursts(8, 1), ns(bursts(8, 1)), 18), (ns(bursts(8, 1)), bursts(8, 1), 19)] {
        let board = half_open();
        board.start_non_secure(0, &both(from, to));
        board.expect_fault(0, &[FaultCause::AccessSecurity]);
        assert_eq!(board.channel(0).pc, PROGRAMS + at);
    }
    let board = half_open();
    board.set_log(AxiLog::Beats);
    board.start_non_secure(0, &both(ns(bursts(8, 1)), ns(bursts(8, 1))));
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped);
    assert!(board.take_beats().iter().all(|b| b.protection & 2 != 0), "its fetches are non-secure too");
}

#[test]
fn secure_memory_does_not_answer_non_secure_accesses() {
    const VAULT: u32 = 0x0080_0000;
    let board = Board::with_memory(Config::zynq7000(), SimMemory::new().with_ram(VAULT, 64));
    board.memory().make_secure(VAULT);
    let ops =
        |access: Access| [control(access, ns(bursts(8, 1))), source(VAULT), destination(DESTINATION), LD, ST, WMB, END];
    board.run_program(&ops(bursts(8, 1)));
    assert_eq!(board.state(0), ThreadState::Stopped);
    board.start(0, &ops(ns(bursts(8, 1))));
    board.expect_fault(0, &[FaultCause::DataRead]);
}

#[test]
fn the_non_secure_window_commands_no_secure_manager() {
    let board = zynq().tolerant();
    let program = board.write_program(0, &[0]);
    let window = board.non_secure_window();
    // As the driver does, but through the other window.
    window.store(regs::DBGINST0.offset(), 0x00a0_0000);
    window.store(regs::DBGINST1.offset(), program);
    window.write(regs::DBGCMD, Value::zero());
    board.settle();
    assert_eq!(board.violations(), [Violation::NonSecureWindow { offset: regs::DBGCMD.offset() }]);
    assert_eq!(board.counters().starts, 0);
    assert_eq!(window.read(regs::CR0), board.sim.read(regs::CR0));
}

#[test]
fn a_non_secure_program_shows_in_the_kind_of_its_fetches() {
    let board = half_open();
    board.set_log(AxiLog::Beats);
    board.start(0, &[END]);
    board.settle();
    let secure: Vec<_> = board.take_beats();
    assert!(secure.iter().all(|b| b.kind == BeatKind::Fetch && b.protection == 4));
}
