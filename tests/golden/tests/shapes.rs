//! Every alignment, every short length, the lengths around every loop boundary, and random shapes: the machine must
//! find each program exact, and the plan must have told the truth about it.

mod copies;

use copies::{D, Planner, S, anything, length};
use golden::{Decode, Tally, request, setup, word};
use linkwright::dma::plan::{self, Attributes, Block, CopyRequest, End, PlanError, Program, Request, Work};
use linkwright::microcode::Side;
use linkwright_pl330::Microcode;
use proptest::prelude::*;

/// The planner of every shape.
struct Whole;

impl Planner for Whole {
    const ROOM: usize = 256;

    fn plan<I: Decode>(copy: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError> {
        plan::copy::<I>(copy, out)
    }

    fn judge_fifo(copy: &CopyRequest, used: (u64, u64), announced: (u64, u64)) {
        assert_eq!(used, announced, "{copy:?}: FIFO lines");
    }
}

fn plan<I: Decode>(copy: &CopyRequest, out: &mut [u8]) -> Program {
    Whole::plan::<I>(copy, out).unwrap_or_else(|e| panic!("{copy:?}: {e}"))
}

fn moves<I: Decode>(copy: &CopyRequest) -> Tally {
    copies::moves::<Whole, I>(copy)
}

fn covers<I: Decode>(copy: &CopyRequest) -> (Program, Tally) {
    copies::covers::<Whole, I>(copy)
}

#[test]
fn every_short_length_at_every_alignment() {
    for bus in [4, 8, 16] {
        for (source, destination) in (0..bus).flat_map(|s| (0..bus).map(move |d| (s, d))) {
            for bytes in 1..=300 {
                let copy = request(S + u32::from(source), D + u32::from(destination), bytes, bus);
                let tally = moves::<Microcode>(&copy);
                // One burst a side more than the least: the bytes beside whole lines.
                let least = (bytes + u32::from(source)).div_ceil(16 * u32::from(bus));
                assert!(tally.loads <= u64::from(least) + 2, "{copy:?}: {tally:?}");
                assert!(tally.resident <= 2, "{copy:?}: {tally:?}");
            }
        }
    }
}

#[test]
fn lengths_around_every_loop_boundary() {
    for bus in [4_u32, 8, 16] {
        let burst = 16 * bus;
        for bursts in [1, 2, 3, 4, 255, 256, 257, 511, 512, 513, 1024, 65_535, 65_536, 65_537, 131_072, 196_611] {
            for (source, destination) in [(0, 0), (1, 0), (0, 1), (3, bus - 1), (bus - 1, 3)] {
                for beside in [-(bus as i32), -1, 0, 1, bus as i32 + 3] {
                    let bytes = (bursts * burst).wrapping_add_signed(beside);
                    covers::<Microcode>(&request(S + source, D + destination, bytes, bus as u8));
                }
            }
        }
    }
}

/// Beats of either side are at most one in a hundred more than whole lines would take, or the least there can be: one for
/// each line that is touched, and one for each power of two in what the last one has.
#[test]
fn no_beats_are_wasted_on_copies_of_a_page_and_more() {
    for bus in [4_u32, 8, 16] {
        for (source, destination) in (0..bus).flat_map(|s| (0..bus).map(move |d| (s, d))) {
            for bytes in (4096..4096 + bus).chain([5000, 6151, 8191, 8192, 10_001, 65_537, (1 << 20) + 3]) {
                let (_, tally) = covers::<Microcode>(&request(S + source, D + destination, bytes, bus as u8));
                let sides = [(source, tally.read_beats), (destination, tally.beats - tally.read_beats)];
                for (at, beats) in sides {
                    let end = at + bytes;
                    let least = end.div_ceil(bus) + (end % bus).count_ones().saturating_sub(1);
                    let most = u64::from(least).max(u64::from(bytes) * 101 / 100 / u64::from(bus));
                    assert!(beats <= most, "{bytes} bytes, {bus}, {source} to {destination}: {beats} beats, {most}");
                }
            }
        }
    }
}

#[test]
fn the_largest_copies_fit_256_bytes() {
    for bus in [4_u32, 8, 16] {
        for (bytes, source, destination) in [(256 << 20, 0, 0), ((256 << 20) - 1, bus - 1, 1), (0x0fff_0001, 0, 3)] {
            let (_, tally) = covers::<Microcode>(&request(S + source, D + destination, bytes, bus as u8));
            assert!(tally.loads <= u64::from(bytes / (16 * bus) + 3));
        }
    }
    let mut out = [0; 256];
    let plan = plan::<Microcode>(&request(S, D, 256 << 20, 8), &mut out);
    assert!(plan.len <= 94, "256 MiB, aligned, 64 bit: {} bytes", plan.len);
}

#[test]
fn with_barriers_too() {
    for bus in [4, 8, 16] {
        for bytes in [1, 15, 16, 100, 1000, 4099, 65_537, 1 << 20, (8 << 20) + 5] {
            for (source, destination) in [(0, 0), (3, 0), (0, 3), (1, 2)] {
                let copy = CopyRequest { barriers: true, ..request(S + source, D + destination, bytes, bus) };
                let (plan, tally) = covers::<Microcode>(&copy);
                assert_eq!(plan.fifo.transient, 0, "a barrier lets others load");
                assert_eq!(tally.resident, tally.peak);
            }
        }
    }
}

#[test]
fn patched_programs_are_the_ones_that_would_be_planned() {
    let plan = |source, destination, out: &mut [u8]| {
        let blocks = &[Block { source, destination, bytes: 123_457 }];
        let work = Work::Blocks { blocks, event_every: 0 };
        let request = Request { setup: setup(8), source: End::Memory, destination: End::Memory, work };
        plan::transfer::<Microcode>(&request, out).expect("a program")
    };
    let (mut here, mut there) = ([0; 256], [0; 256]);
    let program = plan(S + 1, D + 6, &mut here);
    // Aligned to the longest burst like the first, so the same layout is best.
    let moved = (S + 0x1001, D + 0x7_0006);
    assert_eq!(plan(moved.0, moved.1, &mut there), program);
    let place = program.place(0, |at| word(&here, at)).expect("its only block");
    for bit in 0..3 {
        assert!(!place.fits(Side::Source, (S + 1) ^ 1 << bit), "another alignment");
        assert!(!place.fits(Side::Destination, (D + 6) ^ 1 << bit), "another alignment");
    }
    assert!(place.fits(Side::Source, moved.0) && place.fits(Side::Destination, moved.1));
    let before = here;
    for (at, address) in [(place.source_at, moved.0), (place.destination_at, moved.1)] {
        let at = usize::from(at.expect("memory"));
        here[at..at + 4].copy_from_slice(&address.to_le_bytes());
    }
    assert_eq!(here, there);
    assert_eq!(here.iter().zip(&before).filter(|(a, b)| a != b).count(), 2);
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
        (CopyRequest { bus_bytes: 32, ..good }, PlanError::BusWidth(32)),
        (CopyRequest { fifo_lines: 0, ..good }, PlanError::FifoTooSmall),
        (CopyRequest { fifo_lines: 1, source: S + 1, ..good }, PlanError::FifoTooSmall),
    ];
    for (copy, error) in cases {
        assert_eq!(plan::copy::<Microcode>(&copy, &mut out), Err(error));
    }
    let no_event = CopyRequest { event: 32, ..good };
    assert!(matches!(plan::copy::<Microcode>(&no_event, &mut out), Err(PlanError::Unencodable(_))));
    for room in 0..30 {
        let error = PlanError::TooLong { need: 30, have: room as u32 };
        assert_eq!(plan::copy::<Microcode>(&good, &mut out[..room]), Err(error));
    }
    // The end of the address space itself is reachable.
    covers::<Microcode>(&CopyRequest { source: u32::MAX - 65_535, ..good });
}

#[test]
fn both_sides_keep_their_attributes() {
    let of = |cache, protection| Attributes { cache, protection };
    for (source, destination) in [(1, 0), (0, 5), (3, 3)] {
        let copy = CopyRequest {
            source_attributes: of(7, 2),
            destination_attributes: of(5, 3),
            ..request(S + source, D + destination, 1003, 8)
        };
        let mut out = [0; 256];
        let plan = plan::<Microcode>(&copy, &mut out);
        let (mut at, mut seen) = (0, 0);
        while at < plan.len.into() {
            let (op, length) = Microcode::decode(&out[at..plan.len.into()]).expect("an instruction");
            if let linkwright::microcode::Op::SetControl(word) = op {
                let control = Microcode::control_of(word);
                assert_eq!((control.source.cache, control.source.protection), (7, 2));
                assert_eq!((control.destination.cache, control.destination.protection), (5, 3));
                seen += 1;
            }
            at += length;
        }
        assert!(seen > 1);
    }
}

fn shape(most: u32) -> impl Strategy<Value = CopyRequest> {
    let bus = prop_oneof![Just(4_u8), Just(8), Just(16)];
    (bus, 0_u32..4096, 0_u32..4096, length(most), any::<bool>()).prop_map(
        |(bus, source, destination, bytes, barriers)| CopyRequest {
            barriers,
            ..request(S + source, D + destination, bytes, bus)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_copies_move_every_byte(copy in shape(1 << 15)) {
        moves::<Microcode>(&copy);
    }

    #[test]
    fn small_fifos_never_overflow(copy in shape(1 << 14), fifo_lines in 3_u16..24) {
        moves::<Microcode>(&CopyRequest { fifo_lines, ..copy });
    }

    #[test]
    fn no_limit_is_taken_for_granted(copy in shape(1 << 12)) {
        copies::any_limits::<Whole>(&copy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_panics(copy in anything(), room in 0_usize..=300) {
        copies::plans_or_refuses::<Whole>(&copy, room);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_copies_are_exact(copy in shape(1 << 25)) {
        covers::<Microcode>(&copy);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_copy_fits_256_bytes(copy in shape(256 << 20)) {
        // Barriers double what is repeated, which on the narrowest bus halves what fits.
        let most = if copy.barriers && copy.bus_bytes == 4 { 128 << 20 } else { 256 << 20 };
        let copy = CopyRequest { bytes: copy.bytes.min(most), ..copy };
        prop_assert!(plan::<Microcode>(&copy, &mut [0; 256]).len <= 256);
    }
}
