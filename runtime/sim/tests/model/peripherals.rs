//! Request lines.

use std::sync::{Arc, Mutex};

use linkwright::dma::FaultCause;
use linkwright::microcode::{Op, RequestKind, When};
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{Ack, AckKind, Request, Requester};

use crate::board::*;

fn waiting(kind: RequestKind, body: &[Op]) -> Board {
    let board = zynq();
    let ops = [control(bursts(4, 4), bursts(4, 4)), source(SOURCE), destination(DESTINATION)];
    board.start(0, &concat(&[&ops, &[Op::WaitPeripheral(kind, 2)], body, &[WMB, END]]));
    board.reach(0, ThreadState::WaitingForPeripheral);
    board
}

fn kinds(acks: &[Ack]) -> Vec<(u8, AckKind)> {
    acks.iter().map(|a| (a.line, a.kind)).collect()
}

#[test]
fn nothing_moves_without_a_request() {
    let board = waiting(RequestKind::Burst, &[LD, ST]);
    board.run(1_000_000);
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
    board.request(2, Request::BURST);
    board.settle();
    assert_eq!((board.state(0), board.counters().writes.bytes), (ThreadState::Stopped, 16));
}

#[test]
fn another_line_does_not_wake() {
    let board = waiting(RequestKind::Burst, &[LD, ST]);
    board.request(1, Request::BURST);
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
}

#[test]
fn a_burst_wait_consumes_single_requests_and_stays() {
    let board = waiting(RequestKind::Burst, &[LD, ST]);
    board.request(2, Request::SINGLE);
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
    assert_eq!(kinds(&board.take_acks()), [(2, AckKind::Ignored)]);
}

#[test]
fn a_single_wait_leaves_a_burst_request_for_later() {
    let board = waiting(RequestKind::Single, &[Op::WaitPeripheral(RequestKind::Burst, 2)]);
    board.request(2, Request::BURST);
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped, "both waits ended with one request");
}

#[test]
fn conditional_instructions_follow_the_request() {
    let both = [
        Op::LoadPeripheral(When::Single, 2),
        Op::LoadPeripheral(When::Burst, 2),
        Op::Store(When::Single),
        Op::Store(When::Burst),
    ];
    for (request, bytes) in [(Request::SINGLE, 4), (Request::BURST, 16)] {
        let board = waiting(RequestKind::Peripheral, &both);
        board.request(2, request);
        board.settle();
        assert_eq!((board.counters().reads.bytes, board.counters().writes.bytes), (bytes, bytes), "{request:?}");
        assert_eq!(kinds(&board.take_acks()), [(2, AckKind::Data)], "one acknowledgement, by the one that acted");
        assert_eq!(board.counters().instructions, 10, "the others count as instructions");
    }
}

#[test]
fn before_the_first_wait_there_is_nothing_to_follow() {
    let board = zynq().tolerant();
    board.run_program(&[Op::Load(When::Burst), END]);
    assert_eq!(board.violations(), [linkwright_sim::Violation::NoRequest { channel: 0, pc: PROGRAMS }]);
}

#[test]
fn a_load_is_acknowledged_when_its_data_has_been_read() {
    let board = waiting(RequestKind::Burst, &[Op::LoadPeripheral(When::Burst, 2), ST]);
    let before = board.now();
    board.request(2, Request::BURST);
    board.settle();
    let ack = board.take_acks()[0];
    assert!(ack.time >= before + 12 + 4, "not when it was asked for");
}

#[test]
fn a_conditional_loop_end_that_does_not_hold_leaves_the_loop() {
    let body = [Op::WaitPeripheral(RequestKind::Peripheral, 2), LD, ST];
    let board = zynq();
    let ops = [control(bursts(4, 1), bursts(4, 1)), source(SOURCE), destination(DESTINATION), Op::Loop(0, 10)];
    let end = Op::LoopEnd(0, When::Burst, program(&body).len() as u8);
    board.start(0, &concat(&[&ops, &body, &[end, WMB, END]]));
    for request in [Request::BURST, Request::BURST, Request::SINGLE, Request::BURST] {
        board.request(2, request);
    }
    board.settle();
    assert_eq!((board.state(0), board.counters().writes.bursts), (ThreadState::Stopped, 3));
}

#[test]
fn the_last_request_ends_an_endless_loop() {
    let board = zynq();
    let ops = [control(bursts(4, 1), bursts(4, 1)), source(SOURCE), destination(DESTINATION)];
    let endless = forever(&[Op::WaitPeripheral(RequestKind::Peripheral, 2), LD, ST]);
    board.start(0, &concat(&[&ops, &endless, &[WMB, END]]));
    for _ in 0..5 {
        board.request(2, Request::BURST);
    }
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
    board.request(2, Request::BURST.last());
    board.settle();
    assert_eq!((board.state(0), board.counters().writes.bursts), (ThreadState::Stopped, 6));
}

#[test]
fn a_flush_forgets_and_asks_again() {
    let board = zynq();
    board.request(2, Request::BURST);
    board.start(0, &[Op::FlushPeripheral(2), Op::WaitPeripheral(RequestKind::Burst, 2), END]);
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
    assert_eq!(kinds(&board.take_acks()), [(2, AckKind::Flush)]);
}

#[test]
fn a_line_that_is_not_there_is_an_invalid_operand() {
    for op in [Op::FlushPeripheral(4), Op::WaitPeripheral(RequestKind::Burst, 4), Op::StorePeripheral(When::Single, 4)]
    {
        let board = zynq();
        board.start(0, &[op, END]);
        board.expect_fault(0, &[FaultCause::InvalidOperand]);
        assert_eq!(board.channel(0).pc, PROGRAMS);
    }
}

/// Asks for a burst some ticks after each acknowledgement.
struct Paced {
    due: Option<u64>,
    left: u32,
    pause: u64,
}

impl Requester for Paced {
    fn request(&mut self, now: u64) -> Option<Request> {
        self.due.take_if(|due| *due <= now).map(|_| Request::BURST)
    }
    fn next(&self, _: u64) -> Option<u64> {
        self.due
    }
    fn acknowledge(&mut self, ack: Ack) {
        if ack.kind == AckKind::Data {
            self.left -= 1;
            self.due = (self.left > 0).then_some(ack.time + self.pause);
        }
    }
}

#[test]
fn an_attached_peripheral_sets_the_pace() {
    let board = zynq();
    let paced = Arc::new(Mutex::new(Paced { due: Some(5_000), left: 10, pause: 1_000 }));
    board.attach(1, paced);
    let ops = [control(bursts(4, 8), bursts(4, 8)), source(SOURCE), destination(DESTINATION)];
    let body = [Op::WaitPeripheral(RequestKind::Burst, 1), Op::LoadPeripheral(When::Burst, 1), ST];
    board.run_program(&concat(&[&ops, &repeat(0, 10, &body), &[WMB, END]]));
    assert_eq!(board.state(0), ThreadState::Stopped);
    assert!((14_000..15_000).contains(&board.now()), "{}", board.now());
}
