//! The instruction cache, and the processor's cache over memory.

use std::sync::Arc;

use linkwright::dma::Controller;
use linkwright::dma::memory::Mirror;
use linkwright::microcode::Op;
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{Cache, Config, Violation};

use crate::board::*;

/// Waits for event 1, sets the source address, and over again; `at`: where the address stands.
fn patchable(invalid: bool) -> (Vec<Op>, u32) {
    let body = [Op::WaitEvent(1, invalid), source(0x1111_1111)];
    (forever(&body), 4)
}

fn patch_while_running(invalid: bool) -> u32 {
    let board = zynq();
    let (ops, at) = patchable(invalid);
    board.start(0, &ops);
    for _ in 0..2 {
        board.reach(0, ThreadState::WaitingForEvent);
        board.driver.send_event(1, 10).unwrap();
        board.settle();
    }
    assert_eq!(board.channel(0).source, 0x1111_1111);
    board.memory().poke(PROGRAMS + at, &0x2222_2222_u32.to_le_bytes()).unwrap();
    // The wait that is under way decides what runs next, the one after it dropped the lines if asked to.
    for _ in 0..2 {
        board.driver.send_event(1, 10).unwrap();
        board.settle();
    }
    board.channel(0).source
}

#[test]
fn a_program_patched_while_it_runs_runs_stale_bytes() {
    assert_eq!(patch_while_running(false), 0x1111_1111);
}

#[test]
fn a_wait_that_invalidates_makes_the_patch_seen() {
    assert_eq!(patch_while_running(true), 0x2222_2222);
}

#[test]
fn a_start_makes_the_patch_seen() {
    let board = zynq();
    board.run_program(&[source(0x1111_1111), END]);
    board.memory().poke(PROGRAMS + 2, &0x2222_2222_u32.to_le_bytes()).unwrap();
    board.driver.start(0, PROGRAMS, false, 10).unwrap();
    board.settle();
    assert_eq!(board.channel(0).source, 0x2222_2222);
}

#[test]
fn another_channels_start_does_not() {
    let board = zynq();
    let (ops, at) = patchable(false);
    board.start(0, &ops);
    board.reach(0, ThreadState::WaitingForEvent);
    board.memory().poke(PROGRAMS + at, &0x2222_2222_u32.to_le_bytes()).unwrap();
    board.start(1, &[END]);
    board.settle();
    board.driver.send_event(1, 10).unwrap();
    board.settle();
    assert_eq!(board.channel(0).source, 0x1111_1111);
}

#[test]
fn whole_lines_of_the_configured_length_are_fetched() {
    for (line, fetches) in [(4, 7), (8, 4), (16, 2), (32, 1)] {
        let board = Board::new(Config { icache_line: line, ..Config::zynq7000() });
        // 25 bytes.
        board.run_program(&[source(1), source(2), source(3), source(4), END]);
        assert_eq!(board.counters().fetches.bursts, fetches, "lines of {line}");
        assert_eq!(board.counters().fetches.bytes, u64::from(line) * fetches);
    }
}

#[test]
fn a_loop_in_the_cache_fetches_nothing() {
    let board = zynq();
    board.run_program(&concat(&[&aligned_copy(), &repeat(0, 256, &[LD, ST]), &[WMB, END]]));
    assert!(board.counters().fetches.bursts <= 3);
}

#[test]
fn one_line_for_eight_threads_still_runs() {
    let config = Config { icache_line: 4, icache_lines: 1, ..Config::zynq7000() };
    let board = Board::new(config);
    for c in 0..8 {
        board.start(c, &[source(c.into()), destination(0x100 + u32::from(c)), END]);
    }
    board.settle();
    for c in 0..8 {
        assert_eq!(board.channel(c).destination, 0x100 + u32::from(c));
    }
}

fn cached(board: Board) -> (Board, Cache) {
    let board = board.tolerant();
    let cache = Cache::new(Arc::clone(board.memory()), 32).covering(SOURCE..SOURCE + 0x1000);
    (board, cache)
}

/// The processor's copy of a line.
const LINE: [u8; 32] = [7; 32];

fn copy_line(board: &Board, from: u32, to: u32) {
    board.run_program(&[control(bursts(8, 4), bursts(8, 4)), source(from), destination(to), LD, ST, WMB, END]);
}

#[test]
fn what_was_not_cleaned_is_not_read() {
    let (board, cache) = cached(zynq());
    copy_line(&board, SOURCE, DESTINATION);
    assert_eq!(board.violations(), [Violation::NotHandedOver { address: SOURCE, write: false }]);
    assert_eq!(board.memory().dump(DESTINATION, 32), [0; 32]);
    cache.clean(SOURCE, &LINE);
    copy_line(&board, SOURCE, DESTINATION);
    assert_eq!((board.violations(), board.memory().dump(DESTINATION, 32)), (vec![], LINE.to_vec()));
}

#[test]
fn a_program_that_was_not_cleaned_is_not_what_runs() {
    let board = zynq().tolerant();
    let cache = Cache::new(Arc::clone(board.memory()), 32).covering(PROGRAMS..PROGRAMS + 0x1000);
    board.driver.start(0, PROGRAMS, false, 10).unwrap();
    board.settle();
    assert_eq!(board.violations(), [Violation::NotHandedOver { address: PROGRAMS, write: false }]);
    let mut line = [0xff; 32];
    line[..7].copy_from_slice(&program(&[source(9), END]));
    cache.clean(PROGRAMS, &line);
    board.driver.start(0, PROGRAMS, false, 10).unwrap();
    board.settle();
    assert_eq!((board.violations(), board.channel(0).source), (vec![], 9));
}

#[test]
fn what_was_not_invalidated_is_stale() {
    let (board, cache) = cached(zynq());
    board.memory().poke(DESTINATION, &LINE).unwrap();
    let mut seen = [0; 32];
    cache.discard(SOURCE, 32);
    // A speculative read refills the line before the device has written it.
    copy_line(&board, DESTINATION, SOURCE);
    assert_eq!((board.violations(), seen), (vec![], [0; 32]), "the processor's copy changes by itself never");
    cache.invalidate(SOURCE, &mut seen);
    assert_eq!(seen, LINE);
}

#[test]
fn a_line_that_was_not_given_away_is_evicted_over_the_data() {
    let (board, cache) = cached(zynq());
    let violation = Violation::NotHandedOver { address: SOURCE + 32, write: true };
    copy_line(&board, DESTINATION, SOURCE + 32);
    assert_eq!(board.violations(), [violation]);
    cache.discard(SOURCE + 32, 32);
    copy_line(&board, DESTINATION, SOURCE + 32);
    assert_eq!(board.violations(), []);
    // The processor has it back; the next transfer must give it away again.
    cache.invalidate(SOURCE + 32, &mut [0; 32]);
    copy_line(&board, DESTINATION, SOURCE + 32);
    assert_eq!(board.violations(), [violation]);
}

#[test]
fn maintenance_of_half_a_line_destroys_the_neighbour() {
    let (board, cache) = cached(zynq());
    cache.clean(SOURCE + 16, &LINE[..16]);
    cache.discard(SOURCE, 40);
    let part = |address, bytes| Violation::PartialLine { address, bytes };
    assert_eq!(board.violations(), [part(SOURCE + 16, 16), part(SOURCE, 40)]);
    cache.clean(NOWHERE, &LINE);
    assert_eq!(board.violations(), [Violation::Unmapped { address: NOWHERE }]);
}

#[test]
fn a_watched_range_counts_what_reaches_memory() {
    let (_board, cache) = cached(zynq());
    cache.watch(SOURCE..SOURCE + 64);
    cache.clean(SOURCE, &LINE);
    assert_eq!((cache.cleaned(), cache.changed()), (32, 32));
    cache.watch(SOURCE..SOURCE + 64);
    let mut line = LINE;
    line[3] = 8;
    cache.clean(SOURCE, &line);
    cache.clean(SOURCE + 64, &LINE);
    assert_eq!((cache.cleaned(), cache.changed()), (32, 1));
}
