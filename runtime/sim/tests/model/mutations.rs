//! Is the model strict enough? Every bit of a correct program is flipped, every instruction dropped: each mutant must be
//! found out by what a test can see, or be as good as the original.

use linkwright::dma::Controller;
use linkwright::dma::plan::{self, Attributes, CopyRequest};
use linkwright_pl330::Microcode;
use linkwright_pl330::instruction::{Instruction, MoveTarget};
use linkwright_pl330::regs::{Ccr, ThreadState};
use linkwright_sim::Outcome;

use crate::board::*;

const BYTES: u32 = 1003;
const OFFSETS: (u32, u32) = (1, 6);

fn planned() -> Vec<u8> {
    let request = CopyRequest {
        source: SOURCE + OFFSETS.0,
        destination: DESTINATION + OFFSETS.1,
        bytes: BYTES,
        bus_bytes: 8,
        fifo_lines: 128,
        event: 3,
        source_attributes: Attributes::default(),
        destination_attributes: Attributes::default(),
        barriers: false,
    };
    let mut out = [0; 256];
    let program = plan::copy::<Microcode>(&request, &mut out).unwrap();
    out[..program.len.into()].to_vec()
}

/// What a careful test sees of a program: `None`, if nothing is wrong with it.
fn verdict(bytes: &[u8]) -> Option<&'static str> {
    let board = zynq().tolerant();
    let data = board.fill_source(4096);
    let guard = vec![0xa5; 4096];
    board.memory().poke(DESTINATION, &guard).unwrap();
    // Zeroes behind the program would be a DMAEND.
    board.memory().poke(PROGRAMS, &[0xff; 4096]).unwrap();
    board.driver.enable_interrupts(1 << 3);
    board.start_bytes(0, bytes);
    let raised = board.run_until_interrupt(1_000_000);
    // Whatever the interrupt promises is looked at in the moment it comes.
    let mut expected = guard;
    let (from, to, n) = (OFFSETS.0 as usize, OFFSETS.1 as usize, BYTES as usize);
    expected[to..to + n].copy_from_slice(&data[from..from + n]);
    let in_time = board.memory().dump(DESTINATION, 4096) == expected;
    let ended = board.run_until(0, 10_000, |c| c.state == ThreadState::Stopped);
    let counters = board.counters();
    let (end, channel) = ((SOURCE + OFFSETS.0 + BYTES, DESTINATION + OFFSETS.1 + BYTES), board.channel(0));
    let source_whole = board.memory().dump(SOURCE, 4096) == data;
    match () {
        () if !board.violations().is_empty() => Some("violation"),
        () if board.abort_line() => Some("fault"),
        () if raised != Outcome::Reached => Some("no interrupt"),
        () if !in_time => Some("data"),
        () if ended != Outcome::Reached => Some("no end"),
        () if !source_whole || board.memory().dump(DESTINATION, 4096) != expected => Some("data behind the interrupt"),
        () if counters.discarded > 0 => Some("left-over data"),
        () if counters.interrupts != 1 || board.interrupts() != 1 << 3 => Some("interrupts"),
        () if counters.reads.bytes != BYTES.into() || counters.writes.bytes != BYTES.into() => Some("traffic"),
        () if (channel.source, channel.destination) != end => Some("addresses"),
        () => None,
    }
}

/// Instructions of a program with their offsets.
fn listing(bytes: &[u8]) -> Vec<(usize, Instruction)> {
    let mut at = 0;
    let mut all = Vec::new();
    while at < bytes.len() {
        let (instruction, length) = Instruction::decode(&bytes[at..]).unwrap();
        all.push((at, instruction));
        at += length;
    }
    all
}

/// Do cache and protection attributes alone differ? Memory does not care about them.
fn attributes_only(bytes: &[u8], at: usize, flip: u8) -> bool {
    let control = |(start, instruction): &(usize, Instruction)| {
        let control = matches!(instruction, Instruction::Mov { register: MoveTarget::Ccr, .. });
        (control && (start + 2..start + 6).contains(&at)).then_some(start + 2)
    };
    listing(bytes).iter().find_map(control).is_some_and(|immediate| {
        let bit = (at - immediate) as u32 * 8 + flip.trailing_zeros();
        let of = |shift: u8, width: u8| (shift.into()..u32::from(shift + width)).contains(&bit);
        of(Ccr::SRC_PROT_CTRL.shift(), Ccr::SRC_PROT_CTRL.width())
            || of(Ccr::SRC_CACHE_CTRL.shift(), Ccr::SRC_CACHE_CTRL.width())
            || of(Ccr::DST_PROT_CTRL.shift(), Ccr::DST_PROT_CTRL.width())
            || of(Ccr::DST_CACHE_CTRL.shift(), Ccr::DST_CACHE_CTRL.width())
            || bit == 31
    })
}

#[test]
fn the_original_passes() {
    assert_eq!(verdict(&planned()), None);
}

#[test]
fn every_flipped_bit_is_found() {
    let original = planned();
    let mut missed = Vec::new();
    for at in 0..original.len() {
        for bit in 0..8 {
            let flip = 1 << bit;
            let mut mutant = original.clone();
            mutant[at] ^= flip;
            if verdict(&mutant).is_none() && !attributes_only(&original, at, flip) {
                missed.push((at, bit, listing(&original).into_iter().rfind(|e| e.0 <= at)));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_dropped_instruction_is_found() {
    let original = planned();
    let nop = Instruction::Nop.encode();
    for (at, instruction) in listing(&original) {
        let mut mutant = original.clone();
        mutant[at..at + instruction.length()].fill(nop.as_bytes()[0]);
        assert!(verdict(&mutant).is_some(), "without {instruction} at {at} it passes");
    }
}

#[test]
fn the_barrier_is_found_missing_by_the_data_alone() {
    let original = planned();
    let (at, _) = listing(&original).into_iter().find(|(_, i)| *i == Instruction::Wmb).unwrap();
    let mut mutant = original;
    mutant[at] = Instruction::Nop.encode().as_bytes()[0];
    assert_eq!(verdict(&mutant), Some("data"));
}
