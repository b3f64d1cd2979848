//! Whatever is asked for, the planner answers with a program that is right or with an error; it never panics.

use golden::{Toy, judge, setup, word};
use linkwright::dma::plan::{
    self, Attributes, Block, Checkpoint, End, Handshake, PlanError, PortEnd, Request, Setup, Snapshot, Tail, Work,
};
use linkwright_pl330::Microcode;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![
        1 => any::<u32>(),
        6 => 0..40_u32,
        6 => (0..64_u32).prop_map(|n| n * 32),
        3 => 0..5000_u32,
        1 => (u32::MAX - 40)..=u32::MAX,
        1 => (0_u32..32).prop_map(|log2| 1 << log2),
    ]
}

fn end() -> impl Strategy<Value = End> {
    let handshake = prop_oneof![Just(Handshake::Single), Just(Handshake::Burst), Just(Handshake::Peripheral)];
    let tail = prop_oneof![Just(Tail::Singles), Just(Tail::ShortBurst)];
    let beat = prop_oneof![1 => any::<u8>(), 8 => (0_u32..4).prop_map(|log2| 1 << log2)];
    let burst = prop_oneof![1 => any::<u8>(), 4 => 1..5_u8, 4 => 0..18_u8];
    let port = (0_u8..40, number(), beat, burst, handshake, tail, any::<(bool, bool)>()).prop_map(
        |(request, address, beat, burst, handshake, tail, (flush, exact))| {
            let attributes = Attributes::default();
            End::Port(PortEnd { request, address, beat, burst, handshake, tail, flush, exact, attributes })
        },
    );
    prop_oneof![6 => Just(End::Memory), 1 => Just(End::Zero), 1 => number().prop_map(End::Pattern), 2 => port]
}

fn any_setup() -> impl Strategy<Value = Setup> {
    let bus = prop_oneof![1 => any::<u8>(), 8 => (0_u32..6).prop_map(|log2| 1 << log2)];
    let fifo_lines = prop_oneof![1 => 0..20_u16, 5 => any::<u16>()];
    let checkpoint = prop_oneof![
        4 => Just(None),
        1 => (0_u8..3, prop_oneof![any::<u16>(), 0..20_u16]).prop_map(|(event, bursts)| Some(Checkpoint { event, bursts })),
    ];
    (bus, fifo_lines, checkpoint, 0_u8..34, any::<bool>()).prop_map(|(bus, fifo_lines, checkpoint, event, barriers)| {
        Setup { fifo_lines, event, barriers, checkpoint, ..setup(bus) }
    })
}

#[derive(Clone, Debug)]
enum Any {
    Blocks(Vec<Block>, u16),
    Other(Work<'static>),
}

fn pitch() -> impl Strategy<Value = i32> {
    prop_oneof![2 => number().prop_map(|number| number as i32), 1 => -300..300_i32, 1 => -70_000..70_000_i32]
}

fn any_work() -> impl Strategy<Value = Any> {
    let block =
        || (number(), number(), number()).prop_map(|(source, destination, bytes)| Block { source, destination, bytes });
    let list = (prop::collection::vec(block(), 0..5), prop_oneof![1 => any::<u16>(), 3 => 0..3_u16]);
    let rect = (number(), number(), number(), prop_oneof![1 => number(), 3 => 1..20_u32], pitch(), pitch()).prop_map(
        |(source, destination, row_bytes, rows, source_pitch, destination_pitch)| {
            Any::Other(Work::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch })
        },
    );
    let lap = (block(), number(), 0_u32..300, prop::option::of(0_u8..40), prop::bool::weighted(0.8)).prop_map(
        |(block, period_bytes, periods, gate, whole)| {
            let bytes = if whole { period_bytes.wrapping_mul(periods) } else { block.bytes };
            Any::Other(Work::Cyclic { block: Block { bytes, ..block }, period_bytes, gate })
        },
    );
    prop_oneof![list.prop_map(|(blocks, every)| Any::Blocks(blocks, every)), rect, lap]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_panics(setup in any_setup(), ends in (end(), end()), any in any_work(), room in 0_usize..600) {
        let work = match &any {
            Any::Blocks(blocks, event_every) => Work::Blocks { blocks, event_every: *event_every },
            Any::Other(work) => *work,
        };
        let request = Request { setup, source: ends.0, destination: ends.1, work };
        let mut out = vec![0; room];
        let _ = plan::transfer::<Toy<1, 1, 1, 0>>(&request, &mut out);
        let _ = plan::transfer::<Toy<255, 65535, 2, 255>>(&request, &mut out);
        let _ = plan::transfer::<Toy<16, 0, 0, 0>>(&request, &mut out);
        match plan::transfer::<Microcode>(&request, &mut out) {
            Ok(program) if program.instructions < 50_000 => {
                prop_assert!(judge::<Microcode>(&request, room).is_ok());
            }
            Ok(_) => {}
            Err(PlanError::TooLong { need, have }) => prop_assert!(need > have && have as usize == room),
            Err(_) => {}
        }
    }

    #[test]
    fn no_progress_is_beyond_the_transfer(
        setup in any_setup(),
        ends in (end(), end()),
        any in any_work(),
        looks in prop::collection::vec((0_u32..300, number(), number(), any::<u8>()), 20),
    ) {
        let work = match &any {
            Any::Blocks(blocks, event_every) => Work::Blocks { blocks, event_every: *event_every },
            Any::Other(work) => *work,
        };
        let request = Request { setup, source: ends.0, destination: ends.1, work };
        let mut out = [0; 600];
        if let Ok(program) = plan::transfer::<Microcode>(&request, &mut out) {
            for (pc, source, destination, queued) in looks {
                let snapshot = Snapshot { pc, source, destination, queued };
                prop_assert!(program.done(|at| word(&out, at), snapshot) <= program.bytes);
                // A table that is no table.
                prop_assert!(program.done(|at| u32::from(at).wrapping_mul(source), snapshot) <= program.bytes);
            }
        }
    }
}
