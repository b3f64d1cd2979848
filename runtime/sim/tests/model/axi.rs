//! The bus: beats, bursts, 4 KiB boundaries, errors.

use linkwright::dma::FaultCause;
use linkwright::microcode::Op;
use linkwright_sim::{AxiLog, Beat, BeatKind, Failing, Thread};

use crate::board::*;

fn data_beats(board: &Board) -> Vec<Beat> {
    board.take_beats().into_iter().filter(|b| b.kind != BeatKind::Fetch).collect()
}

#[test]
fn every_beat_is_logged_with_its_address_bytes_kind_and_channel() {
    let board = zynq();
    board.set_log(AxiLog::Beats);
    let source_side = linkwright::microcode::Access { cache: 2, protection: 1, ..bursts(4, 3) };
    board.start(
        3,
        &[control(source_side, bursts(2, 6)), source(SOURCE + 8), destination(DESTINATION + 2), LD, ST, WMB, END],
    );
    board.settle();
    let beats = board.take_beats();
    let of = |kind| beats.iter().filter(move |b| b.kind == kind && b.thread == Thread::Channel(3));
    let reads: Vec<_> = of(BeatKind::Read).map(|b| (b.address, b.bytes, b.first, b.cache, b.protection)).collect();
    assert_eq!(reads, [(SOURCE + 8, 4, true, 2, 1), (SOURCE + 12, 4, false, 2, 1), (SOURCE + 16, 4, false, 2, 1)]);
    let writes: Vec<_> = of(BeatKind::Write).map(|b| (b.address - DESTINATION, b.bytes)).collect();
    assert_eq!(writes, [(2, 2), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2)]);
    assert!(of(BeatKind::Fetch).count() > 0);
    let (last_read, first_write) = (of(BeatKind::Read).next_back().unwrap(), of(BeatKind::Write).next().unwrap());
    assert!(last_read.time < first_write.time, "a write begins when all of its data is there");
}

#[test]
fn without_a_log_only_counters_run() {
    let board = zynq();
    board.run_program(&concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
    assert_eq!(board.take_beats(), []);
    assert_eq!((board.counters().reads.beats, board.counters().writes.bytes), (16, 128));
}

#[test]
fn a_burst_over_a_4_kib_boundary_becomes_two() {
    let board = zynq();
    board.set_log(AxiLog::Beats);
    let data = board.fill_source(8192);
    let ops = [control(bursts(8, 16), bursts(8, 16)), source(SOURCE + 4096 - 32), destination(DESTINATION + 4096 - 96)];
    board.run_program(&concat(&[&ops, &[LD, ST, WMB, END]]));
    let starts: Vec<_> = data_beats(&board).iter().filter(|b| b.first).map(|b| b.address).collect();
    assert_eq!(starts, [SOURCE + 4096 - 32, SOURCE + 4096, DESTINATION + 4096 - 96, DESTINATION + 4096]);
    let counters = board.counters();
    assert_eq!((counters.reads.bursts, counters.reads.transactions, counters.reads.beats), (1, 2, 16));
    assert_eq!(board.memory().dump(DESTINATION + 4000, 128), data[4064..4192]);
}

#[test]
fn the_first_beat_of_an_unaligned_burst_is_short_and_the_address_ends_aligned() {
    let board = zynq();
    board.set_log(AxiLog::Beats);
    let ops = [control(bursts(8, 2), bursts(1, 13)), source(SOURCE + 3), destination(DESTINATION), LD, ST, WMB, END];
    board.run_program(&ops);
    let reads: Vec<_> =
        data_beats(&board).iter().filter(|b| b.kind == BeatKind::Read).map(|b| (b.address - SOURCE, b.bytes)).collect();
    assert_eq!(reads, [(3, 5), (8, 8)]);
    assert_eq!(board.channel(0).source, SOURCE + 16);
}

#[test]
fn reading_where_nothing_answers_is_an_imprecise_fault() {
    let board = zynq();
    let ops =
        [control(bursts(8, 1), bursts(8, 1)), source(NOWHERE), destination(DESTINATION), LD, Op::Nop, Op::Nop, ST, END];
    board.start(2, &ops);
    board.expect_fault(2, &[FaultCause::DataRead]);
    assert!(board.channel(2).pc > PROGRAMS + 0x2000 + 18, "the thread had gone on: it found its store's data missing");
    assert_eq!(board.counters().writes.bytes, 0);
}

#[test]
fn writing_where_nothing_answers_is_an_imprecise_fault() {
    let board = zynq();
    board.start(0, &[control(bursts(8, 1), bursts(8, 1)), source(SOURCE), destination(NOWHERE), LD, ST, WMB, END]);
    board.expect_fault(0, &[FaultCause::DataWrite]);
}

#[test]
fn fetching_where_nothing_answers_is_a_precise_fault() {
    let board = zynq();
    linkwright::dma::Controller::start(&board.driver, 1, NOWHERE, false, 10).unwrap();
    board.expect_fault(1, &[FaultCause::InstructionFetch]);
    assert_eq!(board.channel(1).pc, NOWHERE);
}

#[test]
fn injected_errors_meet_the_right_accesses_and_can_be_repaired() {
    let board = zynq();
    let data = board.fill_source(128);
    let ops = concat(&[&aligned_copy(), &[LD, ST, WMB, END]]);
    board.memory().fail(SOURCE + 64..SOURCE + 65, Failing::Writes);
    board.run_program(&ops);
    assert_eq!(board.memory().dump(DESTINATION, 128), data);
    board.set_log(AxiLog::Beats);
    board.memory().fail(SOURCE + 64..SOURCE + 65, Failing::Reads);
    board.start(0, &ops);
    board.expect_fault(0, &[FaultCause::DataRead]);
    let wrong: Vec<_> = data_beats(&board).iter().filter(|b| b.error).map(|b| b.address).collect();
    assert_eq!(wrong, [SOURCE + 64]);
    board.memory().repair();
    linkwright::dma::Controller::kill(&board.driver, 0, 10).unwrap();
    board.settle();
    board.run_program(&ops);
    assert_eq!(board.channel(0).faults, linkwright::dma::FaultCauses::NONE);
}

#[test]
fn queues_are_bounded() {
    // With the bus hung, as many loads leave the thread as the read queue is deep.
    let board = zynq();
    board.hang_bus(true);
    let mut ops = aligned_copy().to_vec();
    ops[0] = control(bursts(1, 1), bursts(1, 1));
    ops.extend(vec![LD; 40]);
    board.start(0, &ops);
    board.run(10_000);
    assert_eq!(board.channel(0).source, SOURCE + 16);
}
