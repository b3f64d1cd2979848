//! Changing addresses and control in the middle of a program, alignment and endian swap.

use linkwright::microcode::{Control, Isa, Op, Side};
use linkwright_pl330::Microcode;
use linkwright_sim::Violation;

use crate::board::*;

#[test]
fn a_source_change_loses_nothing() {
    let board = zynq();
    let data = board.fill_source(512);
    // 5 bytes from one place and 11 from another, into one store.
    let ops = [
        control(bursts(1, 5), bursts(8, 2)),
        source(SOURCE + 1),
        destination(DESTINATION),
        LD,
        source(SOURCE + 300),
        control(bursts(1, 11), bursts(8, 2)),
        LD,
        ST,
        WMB,
        END,
    ];
    board.run_program(&ops);
    assert_eq!(board.memory().dump(DESTINATION, 16), [&data[1..6], &data[300..311]].concat());
    assert_eq!(board.counters().discarded, 0);
}

#[test]
fn a_destination_change_drops_the_rest() {
    let board = zynq();
    let data = board.fill_source(64);
    let ops = [
        control(bursts(8, 2), bursts(1, 9)),
        source(SOURCE),
        destination(DESTINATION),
        LD,
        ST,
        destination(DESTINATION + 0x100),
        LD,
        control(bursts(8, 2), bursts(1, 16)),
        ST,
        WMB,
        END,
    ];
    board.run_program(&ops);
    assert_eq!(board.counters().discarded, 7);
    assert_eq!(board.memory().dump(DESTINATION, 10)[..9], data[..9]);
    assert_eq!(board.memory().dump(DESTINATION + 0x100, 16), data[16..32]);
}

#[test]
fn a_destination_in_the_same_lane_keeps_it() {
    let board = zynq();
    let data = board.fill_source(64);
    let ops = [
        control(bursts(8, 2), bursts(8, 1)),
        source(SOURCE),
        destination(DESTINATION),
        LD,
        ST,
        Op::AddAddress(Side::Destination, 0x100),
        ST,
        Op::SubtractAddress(Side::Destination, 0x80),
        WMB,
        END,
    ];
    board.run_program(&ops);
    assert_eq!(board.counters().discarded, 0);
    assert_eq!(board.memory().dump(DESTINATION + 0x108, 8), data[8..16]);
    assert_eq!(board.channel(0).destination, DESTINATION + 0x110 - 0x80);
}

#[test]
fn fixed_or_swapped_destinations_drop_the_rest_too() {
    let swapped =
        Op::SetControl(Microcode::control(&Control { source: bursts(8, 2), destination: bursts(8, 1), swap: 4 }));
    for change in [control(bursts(8, 2), fixed(8, 1)), swapped] {
        let board = zynq();
        board.fill_source(64);
        let ops =
            [control(bursts(8, 2), bursts(8, 1)), source(SOURCE), destination(DESTINATION), LD, ST, change, WMB, END];
        board.run_program(&ops);
        assert_eq!(board.counters().discarded, 8, "{change:?}");
    }
    // Another beat size of an incrementing destination does not.
    let board = zynq();
    let ops = [
        control(bursts(8, 2), bursts(8, 1)),
        source(SOURCE),
        destination(DESTINATION),
        LD,
        ST,
        control(bursts(8, 2), bursts(2, 4)),
        ST,
        WMB,
        END,
    ];
    board.run_program(&ops);
    assert_eq!((board.counters().discarded, board.counters().writes.bytes), (0, 16));
}

#[test]
fn what_is_left_at_the_end_is_dropped() {
    let board = zynq();
    board.fill_source(64);
    let ops = [control(bursts(8, 2), bursts(8, 1)), source(SOURCE), destination(DESTINATION), LD, ST, WMB, END];
    board.run_program(&ops);
    assert_eq!(board.counters().discarded, 8);
    // The next program finds nothing of it.
    let board_data = board.memory().dump(SOURCE + 32, 8);
    let ops = [control(bursts(8, 1), bursts(8, 1)), source(SOURCE + 32), destination(DESTINATION), LD, ST, WMB, END];
    board.run_program(&ops);
    assert_eq!(board.memory().dump(DESTINATION, 8), board_data);
}

#[test]
fn a_fixed_address_must_be_aligned() {
    let board = zynq().tolerant();
    board.run_program(&[
        control(fixed(4, 1), bursts(4, 1)),
        source(SOURCE + 2),
        destination(DESTINATION),
        LD,
        ST,
        WMB,
        END,
    ]);
    assert_eq!(board.violations(), [Violation::FixedUnaligned { channel: 0, address: SOURCE + 2, beat: 4 }]);
}

#[test]
fn bytes_change_places() {
    for swap in [2, 4, 8] {
        let board = zynq();
        let data = board.fill_source(64);
        let word = Microcode::control(&Control { source: bursts(8, 8), destination: bursts(8, 8), swap });
        board.run_program(&[Op::SetControl(word), source(SOURCE), destination(DESTINATION), LD, ST, WMB, END]);
        let expected: Vec<u8> = data.chunks(swap.into()).flat_map(|c| c.iter().rev()).copied().collect();
        assert_eq!(board.memory().dump(DESTINATION, 64), expected);
    }
}

#[test]
fn swapping_keeps_to_its_unit() {
    let swapped = |from, to| Op::SetControl(Microcode::control(&Control { source: from, destination: to, swap: 4 }));
    let unit = |address| Violation::SwapUnaligned { channel: 0, address, unit: 4 };
    let cases = [
        (swapped(bursts(4, 1), bursts(4, 1)), SOURCE + 2, vec![unit(SOURCE + 2), unit(SOURCE + 2)]),
        (swapped(fixed(2, 2), bursts(4, 1)), SOURCE, vec![unit(SOURCE)]),
    ];
    for (control, from, expected) in cases {
        let board = zynq().tolerant();
        board.run_program(&[control, source(from), destination(DESTINATION), LD, LD, ST, WMB, END]);
        assert_eq!(board.violations()[..expected.len().min(1)], expected[..1]);
    }
}

#[test]
fn zeroes_take_nothing_from_the_fifo() {
    let board = zynq();
    board.memory().poke(DESTINATION, &[0xff; 300]).unwrap();
    let ops = [control(bursts(8, 1), bursts(8, 16)), destination(DESTINATION)];
    board.run_program(&concat(&[&ops, &repeat(0, 2, &[Op::StoreZero]), &[WMB, END]]));
    assert_eq!(board.memory().dump(DESTINATION, 257), [vec![0; 256], vec![0xff]].concat());
    assert_eq!(board.counters().reads.bursts, 0);
}
