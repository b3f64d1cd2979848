//! What is asked of every planner of copies.

use golden::{Decode, Machine, Tally, Toy, request};
use linkwright::dma::plan::{Attributes, CopyRequest, PlanError, Program};
use linkwright_pl330::Microcode;
use proptest::prelude::*;

pub(crate) const S: u32 = 0x2000_0000;
pub(crate) const D: u32 = 0x5000_0000;

/// A planner of copies, and what it promises.
pub(crate) trait Planner {
    /// Bytes that the programs of its tests have at most.
    const ROOM: usize;

    fn plan<I: Decode>(copy: &CopyRequest, out: &mut [u8]) -> Result<Program, PlanError>;

    /// FIFO lines, `(resident, peak)`: those that were used, and those that were announced.
    fn judge_fifo(copy: &CopyRequest, used: (u64, u64), announced: (u64, u64));
}

/// Execute a planned program; the counts it was announced with must be what happened.
pub(crate) fn judge<P: Planner, I: Decode>(
    copy: &CopyRequest,
    plan: &Program,
    program: &[u8],
    mut machine: Machine,
) -> (Tally, Machine) {
    let tally = machine.run::<I>(program).unwrap_or_else(|fault| panic!("{copy:?}: {fault:?}\n{program:02x?}"));
    assert_eq!(tally.instructions, plan.instructions.into(), "{copy:?}: instructions");
    assert_eq!((tally.loads, tally.stores), (plan.loads.into(), plan.stores.into()), "{copy:?}: bursts");
    P::judge_fifo(copy, (tally.resident, tally.peak), (plan.fifo.resident.into(), plan.fifo.peak().into()));
    (tally, machine)
}

fn on<P: Planner, I: Decode>(copy: &CopyRequest, machine: Machine) -> (Program, Tally, Machine) {
    let mut out = vec![0; P::ROOM];
    let plan = P::plan::<I>(copy, &mut out).unwrap_or_else(|e| panic!("{copy:?}: {e}"));
    let (tally, machine) = judge::<P, I>(copy, &plan, &out[..plan.len.into()], machine);
    (plan, tally, machine)
}

/// With real bytes.
pub(crate) fn moves<P: Planner, I: Decode>(copy: &CopyRequest) -> Tally {
    let source: Vec<u8> = (0..copy.bytes).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8).collect();
    let (_, tally, machine) = on::<P, I>(copy, Machine::new(copy).with_data(source.clone()));
    assert!(machine.destination() == source, "{copy:?}: data");
    tally
}

/// By addresses alone.
pub(crate) fn covers<P: Planner, I: Decode>(copy: &CopyRequest) -> (Program, Tally) {
    let (plan, tally, _) = on::<P, I>(copy, Machine::new(copy));
    (plan, tally)
}

/// Lengths spread evenly over their magnitudes.
pub(crate) fn length(most: u32) -> impl Strategy<Value = u32> {
    (0..=most.ilog2()).prop_flat_map(move |bits| 1_u32 << bits..=most.min((2_u32 << bits) - 1))
}

/// On instruction sets with other limits: an exact program, or an error that the limits explain.
pub(crate) fn any_limits<P: Planner>(copy: &CopyRequest) {
    fn any<P: Planner, I: Decode>(copy: &CopyRequest) {
        let mut out = [0; 4096];
        match P::plan::<I>(copy, &mut out) {
            Ok(plan) => drop(judge::<P, I>(copy, &plan, &out[..plan.len.into()], Machine::new(copy))),
            Err(e) => assert!(
                matches!(e, PlanError::BusWidth(_) | PlanError::JumpTooFar | PlanError::TooLong { .. }),
                "{copy:?}: {e}"
            ),
        }
    }
    any::<P, Toy<16, 256, 2, 255>>(copy);
    any::<P, Toy<15, 100, 1, 255>>(copy);
    any::<P, Toy<7, 16, 2, 31>>(copy);
    any::<P, Toy<32, 1000, 3, 127>>(copy);
    any::<P, Toy<16, 0, 0, 0>>(copy);
    any::<P, Toy<3, 2, 2, 9>>(copy);
}

/// Anything that can be written down.
pub(crate) fn anything() -> impl Strategy<Value = CopyRequest> {
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

/// It is planned or refused, whatever it is, with `room` bytes, of which there are at most 300.
pub(crate) fn plans_or_refuses<P: Planner>(copy: &CopyRequest, room: usize) {
    let mut out = [0; 300];
    let out = &mut out[..room];
    let _ = P::plan::<Toy<1, 1, 1, 0>>(copy, out);
    let _ = P::plan::<Toy<255, 65535, 2, 255>>(copy, out);
    if let Ok(plan) = P::plan::<Microcode>(copy, out) {
        assert!(plan.fifo.peak() <= copy.fifo_lines);
        // Attributes that no control word can hold are not what was asked for.
        if plan.instructions < 100_000 && copy.source_attributes.cache < 8 {
            judge::<P, Microcode>(copy, &plan, &out[..plan.len.into()], Machine::new(copy));
        }
    }
}
