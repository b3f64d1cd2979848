//! The small planner: exact programs, counts that are true, and hardly more bursts than the large one has.

mod copies;

use copies::{D, Planner, S, anything, length};
use golden::{Decode, Toy, request};
use linkwright::dma::plan::{self, Attributes, CopyRequest, PlanError, Program};
use linkwright_pl330::Microcode;
use proptest::prelude::*;

/// The planner of engines that copy blocks alone.
struct Plain;

impl Planner for Plain {
    const ROOM: usize = 512;

    fn plan<I: Decode>(copy: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
        plan::plain::<I>(copy, out)
    }

    fn judge_fifo(copy: &CopyRequest, used: (u64, u64), announced: (u64, u64)) {
        assert!(used.0 <= announced.0 && used.1 <= announced.1, "{copy:?}: FIFO lines {used:?}, {announced:?}");
        assert!(announced.1 <= copy.fifo_lines.into(), "{copy:?}: FIFO lines {announced:?}");
    }
}

fn moves<I: Decode>(copy: &CopyRequest) {
    copies::moves::<Plain, I>(copy);
}

fn covers<I: Decode>(copy: &CopyRequest) -> Program {
    copies::covers::<Plain, I>(copy).0
}

#[test]
fn every_short_length_at_every_alignment() {
    for bus in [4, 8, 16] {
        for (source, destination) in (0..bus).flat_map(|s| (0..bus).map(move |d| (s, d))) {
            for bytes in 1..=300 {
                moves::<Microcode>(&request(S + u32::from(source), D + u32::from(destination), bytes, bus));
            }
        }
    }
}

#[test]
fn lengths_around_every_loop_boundary() {
    for bus in [4_u32, 8, 16] {
        for bursts in [1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 131_072, 196_611] {
            for (source, destination) in [(0, 0), (1, 0), (0, 1), (3, bus - 1), (bus - 1, 3)] {
                for beside in [-(bus as i32), -1, 0, 1, bus as i32 + 3] {
                    let bytes = (bursts * 16 * bus).wrapping_add_signed(beside);
                    let copy = request(S + source, D + destination, bytes, bus as u8);
                    let plain = covers::<Microcode>(&copy);
                    let best = plan::copy::<Microcode>(&copy, &mut [0; 512]).expect("a program");
                    assert!(plain.loads <= best.loads + 4 && plain.stores <= best.stores + 4, "{copy:?}: {plain:?}");
                    assert!(plain.len <= best.len + 24, "{copy:?}: {} bytes, {}", plain.len, best.len);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_planned_is_a_typed_error() {
    let mut out = [0; 256];
    let good = request(S, D, 65_536, 8);
    let cases = [
        (CopyRequest { bytes: 0, ..good }, PlanError::Empty),
        (CopyRequest { source: u32::MAX - 65_534, ..good }, PlanError::AddressRange),
        (CopyRequest { destination: u32::MAX, bytes: 2, ..good }, PlanError::AddressRange),
        (CopyRequest { bus_bytes: 0, ..good }, PlanError::BusWidth(0)),
        (CopyRequest { bus_bytes: 12, ..good }, PlanError::BusWidth(12)),
        (CopyRequest { fifo_lines: 0, ..good }, PlanError::FifoTooSmall),
        (CopyRequest { fifo_lines: 1, source: S + 1, ..good }, PlanError::FifoTooSmall),
    ];
    for (copy, error) in cases {
        assert_eq!(plan::plain::<Microcode>(&copy, &mut out), Err(error));
    }
    let no_event = CopyRequest { event: 32, ..good };
    assert!(matches!(plan::plain::<Microcode>(&no_event, &mut out), Err(PlanError::Unencodable(_))));
    let need = covers::<Microcode>(&good).len;
    for room in 0..need.into() {
        let error = PlanError::TooLong { need: need.into(), have: room as u32 };
        assert_eq!(plan::plain::<Microcode>(&good, &mut out[..room]), Err(error));
    }
    // The end of the address space itself is reachable, and all of it.
    covers::<Microcode>(&CopyRequest { source: u32::MAX - 65_535, ..good });
    covers::<Toy<16, 65_535, 3, 127>>(&request(1, 0, u32::MAX, 8));
}

fn shape(most: u32) -> impl Strategy<Value = CopyRequest> {
    let bus = prop_oneof![Just(1_u8), Just(2), Just(4), Just(8), Just(16)];
    let fifo_lines = prop_oneof![2_u16..24, Just(128)];
    (bus, 0_u32..4096, 0_u32..4096, length(most), fifo_lines, any::<bool>()).prop_map(
        |(bus, source, destination, bytes, fifo_lines, barriers)| CopyRequest {
            fifo_lines,
            barriers,
            source_attributes: Attributes { cache: 3, protection: 2 },
            ..request(S + source, D + destination, bytes, bus)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_copies_move_every_byte(copy in shape(1 << 15)) {
        moves::<Microcode>(&copy);
    }

    #[test]
    fn no_limit_is_taken_for_granted(copy in shape(1 << 12)) {
        copies::any_limits::<Plain>(&copy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_panics(copy in anything(), room in 0_usize..=300) {
        copies::plans_or_refuses::<Plain>(&copy, room);
    }
}
