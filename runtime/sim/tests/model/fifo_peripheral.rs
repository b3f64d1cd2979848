//! Peripherals with a FIFO: what they ask for, and what a program that does not listen does to them.

use linkwright::microcode::{Op, RequestKind, When};
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{AckKind, Config, FifoConfig, FifoPeripheral, Flow, Mishaps, SimMemory};

use crate::board::*;

const PORT: u32 = 0x4000_0000;
const LINE: u8 = 5;

fn board(config: FifoConfig) -> (Board, FifoPeripheral) {
    let peripheral = FifoPeripheral::new(config);
    let memory = SimMemory::new().with_device(PORT, 4, peripheral.clone());
    let board = Board::with_memory(Config { requests: 32, ..Config::zynq7000() }, memory);
    board.attach(LINE, peripheral.requester());
    (board, peripheral)
}

/// Memory to the port, `times` bursts of `burst` words, each after a request unless `deaf`.
fn transmit(times: u16, burst: u8, kind: RequestKind, deaf: bool) -> Vec<Op> {
    let when = if kind == RequestKind::Single { When::Single } else { When::Burst };
    let body = [Op::WaitPeripheral(kind, LINE), Op::Load(when), Op::StorePeripheral(when, LINE)];
    let body = if deaf { vec![LD, ST] } else { body.to_vec() };
    let begin = [control(bursts(4, burst), fixed(4, burst)), source(SOURCE), destination(PORT)];
    concat(&[&begin, &[Op::FlushPeripheral(LINE)], &repeat(0, times, &body), &[WMB, END]])
}

fn receive(times: u16, burst: u8, kind: RequestKind) -> Vec<Op> {
    let when = if kind == RequestKind::Single { When::Single } else { When::Burst };
    let body = [Op::WaitPeripheral(kind, LINE), Op::LoadPeripheral(when, LINE), Op::Store(when)];
    let begin = [control(fixed(4, burst), bursts(4, burst)), source(PORT), destination(DESTINATION)];
    concat(&[&begin, &[Op::FlushPeripheral(LINE)], &repeat(0, times, &body), &[WMB, END]])
}

#[test]
fn a_slow_transmitter_holds_the_controller_back() {
    for pace in [0, 3, 100] {
        let (board, port) = board(FifoConfig { pace, ..FifoConfig::transmitter(4, Some(8)) });
        let data = board.fill_source(1024);
        board.run_program(&transmit(32, 8, RequestKind::Burst, false));
        assert_eq!((board.state(0), port.take()), (ThreadState::Stopped, data), "pace {pace}");
        assert_eq!(port.mishaps(), Mishaps { starved: port.mishaps().starved, ..Mishaps::default() });
        assert!(board.now() >= u64::from(pace) * (256 - 16), "words go out at their pace");
        assert_eq!(board.take_acks().iter().filter(|ack| ack.kind == AckKind::Data).count(), 32);
    }
}

#[test]
fn a_program_that_does_not_wait_overflows_it() {
    let (board, port) = board(FifoConfig { pace: 100, ..FifoConfig::transmitter(4, Some(8)) });
    board.fill_source(1024);
    board.run_program(&transmit(32, 8, RequestKind::Burst, true));
    assert!(port.mishaps().overflows > 200, "{:?}", port.mishaps());
    assert!(port.take().len() < 1024);
}

#[test]
fn a_receiver_gives_what_came_and_no_more() {
    for (burst, kind) in [(Some(4), RequestKind::Burst), (None, RequestKind::Single)] {
        let (board, port) = board(FifoConfig { pace: 7, ..FifoConfig::receiver(4, burst) });
        let data: Vec<u8> = (0..=255).collect();
        port.feed(&data);
        let words = burst.unwrap_or(1);
        board.run_program(&receive(64 / words, words as u8, kind));
        assert_eq!(board.memory().dump(DESTINATION, 256), data);
        assert_eq!((port.mishaps(), port.moved(), port.unread()), (Mishaps::default(), 64, 0));
    }
}

#[test]
fn reading_an_empty_one_and_not_reading_a_full_one_are_seen() {
    let (empty, port) = board(FifoConfig::receiver(4, Some(4)));
    empty.run_program(&[control(fixed(4, 4), bursts(4, 4)), source(PORT), destination(DESTINATION), LD, ST, WMB, END]);
    assert_eq!(port.mishaps().underflows, 4);

    let (full, port) = board(FifoConfig { pace: 2, patient: false, ..FifoConfig::receiver(4, Some(4)) });
    port.feed(&[0; 400]);
    full.run(1_000);
    full.run_program(&receive(1, 4, RequestKind::Burst));
    assert_eq!(port.mishaps().overruns, 100 - 16);
}

/// Eleven words in bursts of four: the peripheral asks for the last three one by one.
#[test]
fn what_is_no_burst_is_asked_for_in_singles_and_the_last_says_so() {
    let config = FifoConfig { singles: true, last: Some(11), ..FifoConfig::receiver(4, Some(4)) };
    let (board, port) = board(config);
    let data: Vec<u8> = (0..44).collect();
    port.feed(&data);
    let either = [
        Op::WaitPeripheral(RequestKind::Peripheral, LINE),
        Op::LoadPeripheral(When::Single, LINE),
        Op::LoadPeripheral(When::Burst, LINE),
        Op::Store(When::Single),
        Op::Store(When::Burst),
    ];
    let begin = [control(fixed(4, 4), bursts(4, 4)), source(PORT), destination(DESTINATION)];
    board.run_program(&concat(&[&begin, &forever(&either), &[WMB, END]]));
    assert_eq!((board.state(0), board.memory().dump(DESTINATION, 44)), (ThreadState::Stopped, data));
    assert_eq!(port.mishaps(), Mishaps::default());
}

/// A transmitter that is told how much will come asks for no burst that would be more, transfer after transfer.
#[test]
fn what_is_expected_is_asked_for_and_no_more() {
    let (board, port) = board(FifoConfig { singles: true, ..FifoConfig::transmitter(4, Some(4)) });
    let data = board.fill_source(64);
    let either = [
        Op::WaitPeripheral(RequestKind::Peripheral, LINE),
        Op::Load(When::Single),
        Op::Load(When::Burst),
        Op::StorePeripheral(When::Single, LINE),
        Op::StorePeripheral(When::Burst, LINE),
    ];
    let begin = [control(bursts(4, 4), fixed(4, 4)), source(SOURCE), destination(PORT)];
    for words in [6, 11] {
        port.expect(words as u64);
        board.run_program(&concat(&[&begin, &forever(&either), &[WMB, END]]));
        assert_eq!(port.take(), data[..words * 4]);
    }
    assert_eq!((port.mishaps().overflows, port.moved()), (0, 17));
}

/// A peripheral that asks for bursts only never asks for a short last one.
#[test]
fn a_threshold_that_is_not_reached_is_no_request() {
    let (board, port) = board(FifoConfig::receiver(4, Some(8)));
    port.feed(&[1; 12 * 4]);
    board.start(0, &receive(2, 8, RequestKind::Burst));
    board.settle();
    assert_eq!((board.state(0), port.moved()), (ThreadState::WaitingForPeripheral, 8));
}

#[test]
fn a_disabled_one_asks_for_nothing_and_another_width_is_refused() {
    let (board, port) = board(FifoConfig::transmitter(4, Some(8)));
    port.enable(false);
    board.start(0, &transmit(1, 8, RequestKind::Burst, false));
    board.settle();
    assert_eq!(board.state(0), ThreadState::WaitingForPeripheral);
    port.enable(true);
    board.settle();
    assert_eq!(board.state(0), ThreadState::Stopped);
    board.start(0, &[control(bursts(2, 1), fixed(2, 1)), source(SOURCE), destination(PORT), LD, ST, WMB, END]);
    board.expect_fault(0, &[linkwright::dma::FaultCause::DataWrite]);
    assert_eq!((port.mishaps().misplaced, port.moved()), (1, 8));
}

#[test]
fn a_reset_forgets() {
    let (board, port) = board(FifoConfig { flow: Flow::ToDevice, ..FifoConfig::transmitter(4, None) });
    board.run_program(&transmit(3, 1, RequestKind::Single, false));
    assert_eq!(port.moved(), 3);
    port.reset();
    assert_eq!((port.moved(), port.take(), port.unread()), (0, vec![], 0));
}
