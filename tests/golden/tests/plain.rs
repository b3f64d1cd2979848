//! The small planner: exact programs, counts that are true, and hardly more bursts than the large one has.

use golden::{Decode, Machine, Toy, request};
use linkwright::dma::plan::{self, Attributes, CopyRequest, PlanError, Program};
use linkwright_pl330::Microcode;
use proptest::prelude::*;

const S: u32 = 0x2000_0000;
const D: u32 = 0x5000_0000;

/// Execute a planned program; the counts it was announced with must be what happened, and its FIFO lines no less.
fn judge<I: Decode>(copy: &CopyRequest, plan: &Program, program: &[u8], mut machine: Machine) -> Machine {
    let tally = machine.run::<I>(program).unwrap_or_else(|fault| panic!("{copy:?}: {fault:?}\n{program:02x?}"));
    assert_eq!(tally.instructions, plan.instructions.into(), "{copy:?}: instructions");
    assert_eq!((tally.loads, tally.stores), (plan.loads.into(), plan.stores.into()), "{copy:?}: bursts");
    let fifo = (u64::from(plan.fifo.resident), u64::from(plan.fifo.peak()));
    assert!(tally.resident <= fifo.0 && tally.peak <= fifo.1, "{copy:?}: {tally:?}, FIFO lines {fifo:?}");
    assert!(fifo.1 <= copy.fifo_lines.into(), "{copy:?}: FIFO lines {fifo:?}");
    machine
}

/// With real bytes.
fn moves<I: Decode>(copy: &CopyRequest) -> Program {
    let mut out = [0; 512];
    let plan = plan::plain::<I>(copy, &mut out).unwrap_or_else(|e| panic!("{copy:?}: {e}"));
    let source: Vec<u8> = (0..copy.bytes).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8).collect();
    let machine = Machine::new(copy).with_data(source.clone());
    let machine = judge::<I>(copy, &plan, &out[..plan.len.into()], machine);
    assert!(machine.destination() == source, "{copy:?}: data");
    plan
}

/// By addresses alone.
fn covers<I: Decode>(copy: &CopyRequest) -> Program {
    let mut out = [0; 512];
    let plan = plan::plain::<I>(copy, &mut out).unwrap_or_else(|e| panic!("{copy:?}: {e}"));
    judge::<I>(copy, &plan, &out[..plan.len.into()], Machine::new(copy));
    plan
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

/// Lengths spread evenly over their magnitudes.
fn length(most: u32) -> impl Strategy<Value = u32> {
    (0..=most.ilog2()).prop_flat_map(move |bits| 1_u32 << bits..=most.min((2_u32 << bits) - 1))
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
        let mut out = [0; 4096];
        fn any<I: Decode>(copy: &CopyRequest, out: &mut [u8]) {
            match plan::plain::<I>(copy, out) {
                Ok(plan) => drop(judge::<I>(copy, &plan, &out[..plan.len.into()], Machine::new(copy))),
                Err(e) => assert!(
                    matches!(e, PlanError::BusWidth(_) | PlanError::JumpTooFar | PlanError::TooLong { .. }),
                    "{copy:?}: {e}"
                ),
            }
        }
        any::<Toy<16, 256, 2, 255>>(&copy, &mut out);
        any::<Toy<15, 100, 1, 255>>(&copy, &mut out);
        any::<Toy<7, 16, 2, 31>>(&copy, &mut out);
        any::<Toy<32, 1000, 3, 127>>(&copy, &mut out);
        any::<Toy<16, 0, 0, 0>>(&copy, &mut out);
        any::<Toy<3, 2, 2, 9>>(&copy, &mut out);
    }
}

/// Anything that can be written down.
fn anything() -> impl Strategy<Value = CopyRequest> {
    let number = || prop_oneof![any::<u32>(), 0..40_u32, (u32::MAX - 40)..=u32::MAX];
    let bus = prop_oneof![any::<u8>(), (0_u32..8).prop_map(|log2| 1 << log2)];
    let fifo_lines = prop_oneof![any::<u16>(), 0..20_u16];
    (number(), number(), number(), bus, fifo_lines, any::<(u8, u8, bool)>()).prop_map(
        |(source, destination, bytes, bus_bytes, fifo_lines, (event, cache, barriers))| CopyRequest {
            fifo_lines,
            event,
            source_attributes: Attributes { cache, protection: cache },
            barriers,
            ..request(source, destination, bytes, bus_bytes)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_panics(copy in anything(), room in 0_usize..=300) {
        let mut out = [0; 300];
        let out = &mut out[..room];
        let _ = plan::plain::<Toy<1, 1, 1, 0>>(&copy, out);
        let _ = plan::plain::<Toy<255, 65535, 2, 255>>(&copy, out);
        if let Ok(plan) = plan::plain::<Microcode>(&copy, out) {
            prop_assert!(plan.fifo.peak() <= copy.fifo_lines);
            // Attributes that no control word can hold are not what was asked for.
            if plan.instructions < 100_000 && copy.source_attributes.cache < 8 {
                judge::<Microcode>(&copy, &plan, &out[..plan.len.into()], Machine::new(&copy));
            }
        }
    }
}
