//! Transfers from and to a device: every handshake, width, alignment and quirk.

use golden::{Judged, Machine, Toy, judge, listing, setup};
use linkwright::dma::plan::{
    self, Attributes, Block, Checkpoint, End, Handshake, PlanError, PortEnd, Request, Setup, Tail, Work,
};
use linkwright::microcode::Side;
use linkwright_pl330::Microcode;
use proptest::prelude::*;

const MEMORY: u32 = 0x2000_0000;
const REGISTER: u32 = 0x4000_0000;

fn port(beat: u8, burst: u8, handshake: Handshake) -> PortEnd {
    PortEnd {
        request: 5,
        address: REGISTER,
        beat,
        burst,
        handshake,
        tail: Tail::Singles,
        flush: true,
        exact: true,
        attributes: Attributes { cache: 1, protection: 2 },
    }
}

/// Both directions.
fn ways(port: PortEnd) -> [(End, End); 2] {
    [(End::Memory, End::Port(port)), (End::Port(port), End::Memory)]
}

fn blocks(at: u32, bytes: u32) -> [Block; 1] {
    [Block { source: MEMORY + at, destination: MEMORY + at, bytes }]
}

fn linear<'a>(setup: Setup, (source, destination): (End, End), blocks: &'a [Block]) -> Request<'a> {
    Request { setup, source, destination, work: Work::Blocks { blocks, event_every: 0 } }
}

fn good(request: &Request<'_>) -> Judged {
    judge::<Microcode>(request, 1024).unwrap_or_else(|error| panic!("{error}: {request:?}"))
}

#[test]
fn every_width_handshake_and_alignment() {
    for bus in [4_u8, 8, 16] {
        for beat in [1, 2, 4, 8, 16].into_iter().filter(|beat| *beat <= bus) {
            for burst in [1, 2, 3, 4, 7, 8, 16] {
                for handshake in [Handshake::Single, Handshake::Burst, Handshake::Peripheral] {
                    for beats in [1, 2, 15, 16, 17, 64, 100, 257] {
                        for at in 0..u32::from(bus) {
                            for way in ways(port(beat, burst, handshake)) {
                                if handshake == Handshake::Peripheral && at % u32::from(beat) != 0 {
                                    continue;
                                }
                                good(&linear(setup(bus), way, &blocks(at, beats * u32::from(beat))));
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn quirks() {
    for handshake in [Handshake::Single, Handshake::Burst, Handshake::Peripheral] {
        for (flush, exact, barriers) in (0..8).map(|n| (n & 1 != 0, n & 2 != 0, n & 4 != 0)) {
            for tail in [Tail::Singles, Tail::ShortBurst] {
                for beats in [1, 7, 8, 9, 64, 77] {
                    for way in ways(PortEnd { flush, exact, tail, ..port(4, 8, handshake) }) {
                        let setup = Setup { barriers, ..setup(8) };
                        let judged = good(&linear(setup, way, &blocks(4, beats * 4)));
                        if barriers {
                            assert_eq!(judged.program.fifo.transient, 0, "a barrier lets others load");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn small_fifos() {
    for lines in 1..=20 {
        for way in ways(port(4, 16, Handshake::Burst)) {
            let setup = Setup { fifo_lines: lines, ..setup(8) };
            match judge::<Microcode>(&linear(setup, way, &blocks(0, 4096)), 1024) {
                Ok(judged) => assert!(judged.program.fifo.peak() <= lines),
                Err(error) => assert_eq!(error, PlanError::FifoTooSmall),
            }
        }
        let single = ways(port(4, 1, Handshake::Single))[0];
        let judged = good(&linear(Setup { fifo_lines: lines, ..setup(8) }, single, &blocks(0, 4096)));
        assert!(judged.program.fifo.resident <= (lines / 8).max(1), "others need the rest");
    }
}

#[test]
fn a_single_request_in_a_bursts_place_ends_short_and_never_beyond() {
    for way in ways(port(4, 8, Handshake::Peripheral)) {
        for singles in 0..12 {
            let blocks = blocks(0, 8 * 32);
            let request = linear(setup(8), way, &blocks);
            let mut image = [0; 256];
            let program = plan::transfer::<Microcode>(&request, &mut image).unwrap();
            let mut machine = Machine::new(&request).with_early_singles(singles);
            let mut addresses = [0; 2];
            let code = &image[..program.len.into()];
            let run = machine.run_watched::<Microcode>(code, u64::MAX, &mut |look| {
                addresses = [look.source, look.destination];
            });
            run.unwrap_or_else(|fault| panic!("{fault:?}\n{}", listing::<Microcode>(code)));
            let short = singles.min(8);
            assert_eq!(machine.moved(), short * 4 + (8 - short) * 32);
            let ended =
                plan::Snapshot { pc: program.len.into(), source: addresses[0], destination: addresses[1], queued: 8 };
            let done = program.done(|at| golden::word(&image, at), ended);
            assert_eq!(u64::from(done), machine.moved());
        }
    }
}

#[test]
fn what_a_device_cannot_do_is_a_typed_error() {
    let good = port(4, 8, Handshake::Burst);
    let single = PortEnd { handshake: Handshake::Single, ..good };
    let peripheral = PortEnd { handshake: Handshake::Peripheral, ..good };
    let cases = [
        (PortEnd { beat: 3, ..good }, blocks(0, 64), PlanError::PortBeat(3)),
        (PortEnd { beat: 0, ..good }, blocks(0, 64), PlanError::PortBeat(0)),
        (PortEnd { beat: 16, ..good }, blocks(0, 64), PlanError::PortBeat(16)),
        (PortEnd { burst: 0, ..good }, blocks(0, 64), PlanError::PortBurst(0)),
        (PortEnd { burst: 17, ..good }, blocks(0, 64), PlanError::PortBurst(17)),
        (
            PortEnd { address: REGISTER + 2, ..good },
            blocks(0, 64),
            PlanError::PortAddress { address: REGISTER + 2, beat: 4 },
        ),
        (single, blocks(0, 66), PlanError::PartialBeat { bytes: 66, beat: 4 }),
        (good, blocks(0, 0), PlanError::Empty),
        (good, [Block { source: u32::MAX - 62, destination: u32::MAX - 62, bytes: 64 }], PlanError::AddressRange),
    ];
    let mut out = [0; 256];
    for (port, blocks, error) in cases {
        for way in ways(port) {
            assert_eq!(plan::transfer::<Microcode>(&linear(setup(8), way, &blocks), &mut out), Err(error));
        }
    }
    for (way, side) in ways(peripheral).into_iter().zip([Side::Source, Side::Destination]) {
        let blocks = blocks(2, 64);
        let error = plan::transfer::<Microcode>(&linear(setup(8), way, &blocks), &mut out);
        assert_eq!(error, Err(PlanError::Misaligned(side)));
    }
    let [a] = blocks(0, 64);
    let [b] = blocks(0x100, 40);
    for way in ways(good) {
        let error = plan::transfer::<Microcode>(&linear(setup(8), way, &[b, a]), &mut out);
        assert_eq!(error, Err(PlanError::PartialBurst { bytes: 40, burst: 32 }));
        assert!(plan::transfer::<Microcode>(&linear(setup(8), way, &[a, b]), &mut out).is_ok());
    }
    for way in ways(peripheral) {
        let error = plan::transfer::<Microcode>(&linear(setup(8), way, &[a, a]), &mut out);
        assert_eq!(error, Err(PlanError::EarlyEnd));
    }
    for way in [(End::Port(good), End::Port(good)), (End::Zero, End::Port(good)), (End::Memory, End::Zero)] {
        let error = plan::transfer::<Microcode>(&linear(setup(8), way, &[a]), &mut out);
        assert_eq!(error, Err(PlanError::Sides));
    }
}

/// Any device, the bytes for it, and a setup.
fn any_device() -> impl Strategy<Value = (Setup, PortEnd, u32)> {
    let bus = prop_oneof![Just(4_u8), Just(8), Just(16)];
    let handshake = prop_oneof![Just(Handshake::Single), Just(Handshake::Burst), Just(Handshake::Peripheral)];
    let bits = any::<(bool, bool, bool, bool)>();
    let checkpoint = prop_oneof![Just(None), (1_u16..40).prop_map(|bursts| Some(Checkpoint { event: 1, bursts }))];
    (bus, 0_u32..5, 1_u8..=16, handshake, bits, 1_u32..1500, checkpoint).prop_map(
        |(bus, log2, burst, handshake, (short, flush, exact, barriers), beats, checkpoint)| {
            let beat = (1 << log2).min(bus);
            let tail = if short { Tail::ShortBurst } else { Tail::Singles };
            let port = PortEnd { tail, flush, exact, ..port(beat, burst, handshake) };
            (Setup { barriers, checkpoint, ..setup(bus) }, port, beats * u32::from(beat))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_devices((setup, port, bytes) in any_device(), at in 0_u32..64, out in any::<bool>()) {
        let at = if port.handshake == Handshake::Peripheral { at & !(u32::from(port.beat) - 1) } else { at };
        let blocks = blocks(at, bytes);
        let request = linear(setup, ways(port)[usize::from(out)], &blocks);
        prop_assert!(judge::<Microcode>(&request, 1024).is_ok());
        for judged in [
            judge::<Toy<16, 256, 2, 255>>(&request, 1 << 14),
            judge::<Toy<16, 100, 1, 40>>(&request, 1 << 14),
            judge::<Toy<32, 1000, 3, 127>>(&request, 1 << 14),
            judge::<Toy<15, 16, 2, 31>>(&request, 1 << 14),
        ] {
            let expected = matches!(judged, Ok(_) | Err(PlanError::PortBurst(16) | PlanError::TooLong { .. }));
            prop_assert!(expected, "{:?}", judged.err());
        }
    }
}
