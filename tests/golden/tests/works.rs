//! Lists, rectangles, laps and fills, on every kind of side.

use golden::{Judged, Toy, judge, setup};
use linkwright::dma::plan::{
    self, Attributes, Block, Checkpoint, End, Handshake, PlanError, PortEnd, Request, Setup, Tail, Work,
};
use linkwright::microcode::Side;
use linkwright_pl330::Microcode;
use proptest::prelude::*;

const S: u32 = 0x2000_0000;
const D: u32 = 0x5000_0000;
const WORD: u32 = 0x1000_0000;

fn port(beat: u8, burst: u8) -> PortEnd {
    PortEnd {
        request: 5,
        address: 0x4000_0000,
        beat,
        burst,
        handshake: if burst == 1 { Handshake::Single } else { Handshake::Burst },
        tail: Tail::Singles,
        flush: true,
        exact: true,
        attributes: Attributes::default(),
    }
}

/// Every pair of sides.
fn ways(port: PortEnd) -> [(End, End); 5] {
    [
        (End::Memory, End::Memory),
        (End::Memory, End::Port(port)),
        (End::Port(port), End::Memory),
        (End::Zero, End::Memory),
        (End::Pattern(WORD), End::Memory),
    ]
}

fn request<'a>(setup: Setup, (source, destination): (End, End), work: Work<'a>) -> Request<'a> {
    Request { setup, source, destination, work }
}

fn good(request: &Request<'_>) -> Judged {
    judge::<Microcode>(request, 8192).unwrap_or_else(|error| panic!("{error}: {request:?}"))
}

fn rect(rows: u32, row_bytes: u32, pitches: [i32; 2], at: [u32; 2]) -> Work<'static> {
    Work::Rect {
        source: S + at[0],
        destination: D + at[1],
        row_bytes,
        rows,
        source_pitch: pitches[0],
        destination_pitch: pitches[1],
    }
}

fn cyclic(bytes: u32, period_bytes: u32, at: [u32; 2], gate: Option<u8>) -> Work<'static> {
    Work::Cyclic { block: Block { source: S + at[0], destination: D + at[1], bytes }, period_bytes, gate }
}

#[test]
fn lists_signal_when_they_are_told() {
    let block = |n: u32, bytes| Block { source: S + n * 0x1000 + n % 4 * 4, destination: D + n * 0x800, bytes };
    let mixed: Vec<_> = (0..20).map(|n| block(n, 64 * (1 + n * n % 7))).collect();
    let alike: Vec<_> = (0..20).map(|n| block(n, 512)).collect();
    for blocks in [&mixed[..], &alike[..], &mixed[..1], &alike[..2]] {
        for event_every in [0, 1, 3, 20, 100] {
            for way in ways(port(4, 8)).into_iter().chain(ways(port(4, 1))) {
                let judged = good(&request(setup(8), way, Work::Blocks { blocks, event_every }));
                let every = usize::from(event_every);
                let events = if every == 0 { 1 } else { blocks.len().div_ceil(every) };
                assert_eq!(judged.tally.events, events as u64);
            }
        }
    }
}

#[test]
fn rectangles_of_any_pitch() {
    for bus in [4_u8, 8, 16] {
        for pitch in [64, 65, 66, 68, 72, 100, 4096, 65_599, 65_600, 200_000] {
            for (rows, row_bytes) in [(1, 64), (2, 64), (7, 60), (300, 32), (40, 61)] {
                for way in ways(port(4, 1)) {
                    let row = row_bytes as i32;
                    for pitches in
                        [[pitch, pitch], [pitch, row], [row, pitch], [-pitch, pitch], [row, -pitch], [-row; 2]]
                    {
                        let device = matches!(way, (End::Port(_), _) | (_, End::Port(_)));
                        if device && row_bytes % 4 != 0 {
                            continue;
                        }
                        let work = rect(rows, row_bytes, pitches, [pitch as u32 % 3, pitch as u32 % 5]);
                        let judged = good(&request(setup(bus), way, work));
                        // Rows of words can only be told apart.
                        let most = if matches!(way.0, End::Pattern(_)) { 6000 } else { 320 };
                        assert!(judged.program.len < most, "{work:?}: {}", judged.program.len);
                    }
                }
            }
        }
    }
}

#[test]
fn rows_that_are_read_may_overlap_and_go_down() {
    let steps = [i32::MIN / 512, -65_600, -65_535, -4096, -65, -64, -30, -1, 0, 1, 4, 30, 63, 65_600];
    for bus in [4_u8, 8, 16] {
        for from in steps {
            for (rows, row_bytes) in [(2, 64), (5, 60), (40, 61), (3, 40_000), (3, 70_000)] {
                let apart = row_bytes as i32;
                for to in [apart, -apart, -apart - 3, apart + 1000, -70_000 - apart] {
                    for way in ways(port(4, 1)) {
                        let device = matches!(way, (End::Port(_), _) | (_, End::Port(_)));
                        if device && row_bytes % 4 != 0 {
                            continue;
                        }
                        good(&request(setup(bus), way, rect(rows, row_bytes, [from, to], [5, 3])));
                    }
                }
            }
        }
    }
}

#[test]
fn a_picture_upside_down_costs_nothing_more() {
    let copy = |from, to| good(&request(setup(8), (End::Memory, End::Memory), rect(100, 400, [from, to], [0, 0])));
    let (up, down) = (copy(512, 400), copy(-512, 400));
    assert_eq!((down.program.len, down.program.instructions), (up.program.len, up.program.instructions));
    // Rows without gaps, from the last to the first: they are told apart, and so is where they have come to.
    let flipped = copy(400, -400);
    assert!(flipped.program.len <= up.program.len, "{} {}", flipped.program.len, up.program.len);
    // Beyond one step, the number of instructions a row is that of the steps.
    let far = copy(-400_000, 400);
    assert!(far.program.instructions <= down.program.instructions + 100 * 15, "{}", far.program.instructions);
}

#[test]
fn without_a_way_back_nothing_subtracts() {
    let stiff = Setup { subtracts: false, ..setup(8) };
    for way in ways(port(4, 1)) {
        let device = matches!(way, (End::Port(_), _) | (_, End::Port(_)));
        for row_bytes in [60, 61, 64] {
            for pitches in [[64, 100], [1000, 70_000]] {
                if !device || row_bytes % 4 == 0 {
                    good(&request(stiff, way, rect(7, row_bytes, pitches, [0, 1])));
                }
            }
        }
    }
}

#[test]
fn wide_rectangles_of_many_rows_stay_short() {
    // One row has no neighbour.
    good(&request(setup(8), (End::Memory, End::Memory), rect(1, 64, [0, 0], [0, 0])));
    // A picture of 1920 by 1080 pixels of 4 bytes out of one that is 2048 wide.
    let judged = good(&request(setup(8), (End::Memory, End::Memory), rect(1080, 7680, [8192, 7680], [0, 0])));
    assert!(judged.program.len <= 71, "{}", judged.program.len);
    // Rows that begin in another lane each time, until they begin in the first again.
    for pitch in [3002, 3004] {
        let judged = good(&request(setup(8), (End::Memory, End::Memory), rect(100, 400, [pitch, 400], [0, 0])));
        assert!(judged.tally.read_beats < 100 * 400 / 8 * 12 / 10, "{:?}", judged.tally);
        assert!(judged.program.len <= 256, "{}", judged.program.len);
    }
}

#[test]
fn laps_never_end_and_signal_each_period() {
    for bus in [4_u8, 8, 16] {
        for (periods, period) in [(1, 64), (2, 32), (4, 4096), (3, 160), (300, 32), (2, 65_536)] {
            for way in ways(port(4, 8)).into_iter().chain(ways(port(2, 16))) {
                for (gate, at) in [(None, [0, 0]), (Some(3), [4, 4]), (None, [4, 0])] {
                    good(&request(setup(bus), way, cyclic(periods * period, period, at, gate)));
                }
            }
        }
    }
    // Memory needs no whole bursts.
    for period in [1, 7, 100, 1001] {
        for way in [ways(port(1, 1))[0], ways(port(1, 1))[2], ways(port(1, 1))[3], ways(port(1, 1))[4]] {
            good(&request(setup(8), way, cyclic(3 * period, period, [1, 3], Some(3))));
        }
    }
}

#[test]
fn fills() {
    for bus in [4_u8, 8, 16] {
        for way in &ways(port(4, 1))[3..] {
            for at in 0..u32::from(bus) {
                for bytes in (1..100).chain([127, 128, 129, 1000, 4099, 65_536, 1 << 20]) {
                    let blocks = [Block { source: 0, destination: D + at, bytes }];
                    let judged = good(&request(setup(bus), *way, Work::Blocks { blocks: &blocks, event_every: 0 }));
                    let lines = u64::from(bytes / u32::from(bus));
                    // Beside whole lines: a few bursts at either end.
                    assert!(judged.tally.stores <= lines.div_ceil(16) + 6, "{:?}", judged.tally);
                    assert!(judged.program.len <= 80, "{}", judged.program.len);
                }
            }
        }
    }
}

#[test]
fn checkpoints_come_often_enough() {
    let list: Vec<_> = (0..30).map(|n| Block { source: S + n * 512, destination: D + n * 1024, bytes: 384 }).collect();
    let works = [
        Work::Blocks { blocks: &[Block { source: S + 1, destination: D, bytes: 100_000 }], event_every: 0 },
        Work::Blocks { blocks: &[Block { source: S, destination: D, bytes: 102_400 }], event_every: 0 },
        Work::Blocks { blocks: &list, event_every: 4 },
        rect(50, 256, [512, 256], [0, 0]),
        rect(50, 4096, [8192, 4096], [0, 0]),
        rect(50, 256, [-512, -256], [0, 0]),
        rect(50, 4096, [-4096, -4096], [0, 0]),
        rect(9, 64, [64, -64], [0, 0]),
    ];
    for bursts in [1, 2, 3, 7, 16, 100, 1000] {
        for work in works {
            for way in ways(port(4, 8)).into_iter().chain(ways(port(4, 1))) {
                let device = matches!(way, (End::Port(_), _) | (_, End::Port(_)));
                if device && matches!(work, Work::Blocks { blocks: [Block { bytes: 100_000, .. }], .. }) {
                    continue;
                }
                let checkpoint = Some(Checkpoint { event: 9, bursts });
                let judged = good(&request(Setup { checkpoint, ..setup(8) }, way, work));
                let most = u64::from(bursts) * 2 + 16;
                assert!(judged.tally.stretch <= most, "{bursts}: {:?}, {way:?}, {work:?}", judged.tally);
            }
        }
    }
}

#[test]
fn what_has_no_shape_is_a_typed_error() {
    let mut out = [0; 256];
    let copy = (End::Memory, End::Memory);
    let device = ways(port(4, 8))[1];
    let [block] = [Block { source: S, destination: D, bytes: 64 }];
    let large = [Block { bytes: u32::MAX / 2, source: 0, destination: 0 }; 3];
    let one_empty = [block, Block { bytes: 0, ..block }];
    let bad = |work| request(setup(8), copy, work);
    let stiff = Setup { subtracts: false, ..setup(8) };
    let paused = |bursts, event, work| {
        let checkpoint = Some(Checkpoint { event, bursts });
        request(Setup { checkpoint, ..setup(8) }, copy, work)
    };
    let cases = [
        (bad(Work::Blocks { blocks: &[], event_every: 0 }), PlanError::Empty),
        (bad(Work::Blocks { blocks: &one_empty, event_every: 0 }), PlanError::Empty),
        (bad(Work::Blocks { blocks: &large, event_every: 0 }), PlanError::TooManyBytes),
        (bad(rect(0, 64, [64, 64], [0, 0])), PlanError::Empty),
        (bad(rect(4, 0, [64, 64], [0, 0])), PlanError::Empty),
        (bad(rect(4, 64, [64, 0], [0, 0])), PlanError::Pitch),
        (bad(rect(4, 64, [64, 63], [0, 0])), PlanError::Pitch),
        (bad(rect(2, 64, [64, -63], [0, 0])), PlanError::Pitch),
        (bad(rect(1 << 20, 1 << 20, [1 << 20, 1 << 20], [0, 0])), PlanError::TooManyBytes),
        (bad(rect(4, 64, [64, 0x4000_0000], [0, 0])), PlanError::AddressRange),
        (bad(rect(4, 64, [-0x1000_0000, 64], [0, 0])), PlanError::AddressRange),
        (bad(rect(4, 64, [64, i32::MIN], [0, 0])), PlanError::AddressRange),
        (bad(rect(3, 64, [i32::MIN, 64], [0, 0])), PlanError::AddressRange),
        (request(stiff, copy, rect(2, 64, [63, 64], [0, 0])), PlanError::NoSubtract),
        (request(stiff, copy, rect(2, 64, [64, -64], [0, 0])), PlanError::NoSubtract),
        (bad(cyclic(100, 0, [0, 0], None)), PlanError::Period { bytes: 100, period: 0 }),
        (bad(cyclic(100, 64, [0, 0], None)), PlanError::Period { bytes: 100, period: 64 }),
        (bad(cyclic(128, 64, [0, 0], Some(0))), PlanError::EventTwice(0)),
        (request(setup(8), device, cyclic(120, 40, [0, 0], None)), PlanError::PartialBurst { bytes: 40, burst: 32 }),
        (request(setup(8), device, rect(3, 40, [64, 64], [0, 0])), PlanError::PartialBurst { bytes: 40, burst: 32 }),
        (paused(0, 1, cyclic(128, 64, [0, 0], None)), PlanError::Checkpoint),
        (paused(4, 1, cyclic(128, 64, [0, 0], None)), PlanError::Checkpoint),
        (paused(0, 1, rect(4, 64, [64, 64], [0, 0])), PlanError::Checkpoint),
        (paused(4, 0, rect(4, 64, [64, 64], [0, 0])), PlanError::EventTwice(0)),
        (
            request(setup(8), (End::Pattern(WORD + 4), End::Memory), rect(4, 64, [64, 64], [0, 0])),
            PlanError::Misaligned(Side::Source),
        ),
    ];
    for (request, error) in cases {
        assert_eq!(plan::transfer::<Microcode>(&request, &mut out), Err(error), "{request:?}");
    }
    let blocks = vec![block; 20_000];
    let list = bad(Work::Blocks { blocks: &blocks, event_every: 0 });
    assert_eq!(plan::transfer::<Microcode>(&list, &mut vec![0; 1 << 20]), Err(PlanError::TooManyBlocks));
    let list = bad(Work::Blocks { blocks: &blocks[..10], event_every: 0 });
    let need = good(&list).image.len() as u32;
    for have in 0..need {
        let error = PlanError::TooLong { need, have };
        assert_eq!(plan::transfer::<Microcode>(&list, &mut vec![0; have as usize]), Err(error));
    }
}

/// Any work that is right for the sides.
#[derive(Clone, Debug)]
enum Any {
    Blocks(Vec<Block>, u16),
    Other(Work<'static>),
}

fn any_work() -> impl Strategy<Value = (Setup, (End, End), Any)> {
    let bus = prop_oneof![Just(4_u8), Just(8), Just(16)];
    let checkpoint = prop_oneof![Just(None), (1_u16..20).prop_map(|bursts| Some(Checkpoint { event: 1, bursts }))];
    let device = (0_u32..3, prop_oneof![Just(1_u8), Just(4), Just(8), Just(16), 1_u8..=16]);
    let numbers = (0_u32..64, 0_u32..64, 1_u32..40, 1_u32..30, 0_u32..300, 0_u32..300);
    (
        bus,
        checkpoint,
        device,
        0_usize..5,
        0_u8..3,
        numbers,
        (any::<(bool, u16)>(), prop_oneof![Just(128_u16), 1..24_u16]),
    )
        .prop_map(
            |(bus, checkpoint, (log2, burst), way, shape, (a, b, size, count, c, d), ((flag, more), fifo_lines))| {
                let port = port(1 << log2, burst);
                let way = ways(port)[way];
                let unit = match way {
                    (End::Port(_), _) | (_, End::Port(_)) => u32::from(port.beat) * u32::from(port.burst),
                    _ => 1 + u32::from(more % 13),
                };
                let bytes = size * unit;
                let checkpoint = checkpoint.filter(|_| shape < 2);
                let setup = Setup { checkpoint, barriers: flag, fifo_lines, ..setup(bus) };
                let work = match shape {
                    0 => {
                        let block = |n: u32| Block {
                            source: S + a + n * (bytes + c),
                            destination: D + b + n * (bytes + d),
                            bytes: unit * (1 + (size + n * c) % 40),
                        };
                        Any::Blocks((0..count).map(block).collect(), more % 5)
                    }
                    1 => {
                        let row = bytes as i32;
                        let (c, d) = (c as i32, d as i32);
                        // Down, up, overlapping; written rows only down or up.
                        let from = if more & 0x100 > 0 { c - 150 } else { row + c };
                        let to = if more & 0x200 > 0 { -row - d } else { row + d };
                        Any::Other(rect(count, bytes, [from, to], [a, b]))
                    }
                    _ => Any::Other(cyclic(bytes * (1 + count % 6), bytes, [a, b], flag.then_some(3))),
                };
                (setup, way, work)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_works((setup, way, any) in any_work()) {
        let work = match &any {
            Any::Blocks(blocks, event_every) => Work::Blocks { blocks, event_every: *event_every },
            Any::Other(work) => *work,
        };
        let request = request(setup, way, work);
        for judged in [
            judge::<Microcode>(&request, 1 << 14),
            judge::<Toy<16, 256, 2, 255>>(&request, 1 << 15),
            judge::<Toy<16, 100, 1, 60>>(&request, 1 << 15),
            judge::<Toy<32, 1000, 3, 127>>(&request, 1 << 15),
        ] {
            let jump = matches!(work, Work::Cyclic { .. }) && matches!(judged, Err(PlanError::JumpTooFar));
            let small = setup.fifo_lines < 128 && matches!(judged, Err(PlanError::FifoTooSmall));
            let expected = jump || small || matches!(judged, Ok(_) | Err(PlanError::TooLong { .. }));
            prop_assert!(expected, "{:?}", judged.err());
        }
    }
}
