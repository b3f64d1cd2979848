//! Device programs, rings and rectangles of other drivers: what the planner makes of the same must be no longer, execute
//! no more instructions and use no more bursts.

use golden::{Judged, Machine, Tally, judge, listing, setup};
use linkwright::dma::plan::{Attributes, Block, End, Handshake, PortEnd, Request, Tail, Work};
use linkwright_pl330::Microcode;

const S: u32 = 0x0020_0000;
const D: u32 = 0x0040_0000;
const REGISTER: u32 = 0x4000_0000;

fn port(burst: u8) -> PortEnd {
    PortEnd {
        request: 5,
        address: REGISTER,
        beat: 4,
        burst,
        handshake: if burst == 1 { Handshake::Single } else { Handshake::Burst },
        tail: Tail::Singles,
        flush: true,
        exact: true,
        attributes: Attributes::default(),
    }
}

fn out(burst: u8, work: Work<'_>) -> Request<'_> {
    Request { setup: setup(8), source: End::Memory, destination: End::Port(port(burst)), work }
}

fn copy(work: Work<'_>) -> Request<'_> {
    Request { setup: setup(8), source: End::Memory, destination: End::Memory, work }
}

fn here(request: &Request<'_>) -> Judged {
    let judged = judge::<Microcode>(request, 4096).expect("a program");
    println!("{} bytes, {:?}\n{}", judged.code().len(), judged.tally, listing::<Microcode>(judged.code()));
    judged
}

fn theirs(request: &Request<'_>, hex: &str, events: u64) -> (usize, Tally) {
    let code: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect();
    let tally = Machine::new(request).run_watched::<Microcode>(&code, events, &mut |_| {});
    (code.len(), tally.unwrap_or_else(|fault| panic!("{fault:?}\n{}", listing::<Microcode>(&code))))
}

/// As far as `events` events.
fn no_worse(request: &Request<'_>, hex: &str, ours: &str, events: u64) {
    let (length, a) = theirs(request, hex, events);
    let judged = here(request);
    let bytes: Vec<_> = judged.code().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(bytes.join(" "), ours);
    let b = Machine::new(request).run_watched::<Microcode>(judged.code(), events, &mut |_| {}).expect("it runs");
    assert!(judged.code().len() <= length, "longer than {length}");
    assert!(b.instructions <= a.instructions, "more instructions than {a:?}: {b:?}");
    assert!(b.loads <= a.loads && b.stores <= a.stores && b.beats <= a.beats, "more bursts than {a:?}: {b:?}");
}

#[test]
fn bursts_to_a_device() {
    let blocks = [Block { source: S, destination: 0, bytes: 4096 }];
    let request = out(8, Work::Blocks { blocks: &blocks, event_every: 0 });
    let hex = "bc 01 37 00 1d 00 bc 00 00 00 20 00 bc 02 00 00 00 40 35 28 20 7f 32 28 07 2b 28 38 05 13 34 00 00";
    let ours = "bc 02 00 00 00 40 35 28 bc 00 00 00 20 00 bc 01 37 00 1d 00 20 7f 32 28 04 2b 28 38 05 13 34 00 00";
    no_worse(&request, hex, ours, u64::MAX);
    let judged = here(&request);
    assert!(judged.code().len() <= 33 && judged.tally.instructions <= 520);
    assert_eq!(judged.tally.read_beats, 512);
}

#[test]
fn single_requests_of_a_device() {
    let blocks = [Block { source: S, destination: 0, bytes: 4096 }];
    let judged = here(&out(1, Work::Blocks { blocks: &blocks, event_every: 0 }));
    assert!(judged.code().len() <= 37 && judged.tally.instructions <= 3272, "{:?}", judged.tally);
    assert_eq!((judged.tally.loads, judged.tally.read_beats), (64, 512));
}

#[test]
fn a_ring_of_four_periods() {
    let block = Block { source: S, destination: 0, bytes: 4 * 4096 };
    let request = out(8, Work::Cyclic { block, period_bytes: 4096, gate: None });
    let hex = "bc 01 37 00 1d 00 bc 02 00 00 00 40 35 28 bc 00 00 00 20 00 20 03 22 7f 32 28 07 2b 28 3c 05 13 34 00 \
               38 0c 2c 16";
    let ours = "bc 02 00 00 00 40 35 28 bc 01 37 00 1d 00 bc 00 00 00 20 00 22 03 20 7f 32 28 04 2b 28 38 05 13 34 00 \
                3c 0c 2c 16";
    no_worse(&request, hex, ours, 12);
    let judged = here(&request);
    assert!(judged.code().len() <= 38 && judged.program.instructions <= 2584);
}

#[test]
fn a_gather_of_rows() {
    let (row_bytes, rows, source_pitch, destination_pitch) = (64, 16, 256, 64);
    let request = copy(Work::Rect { source: S, destination: D, row_bytes, rows, source_pitch, destination_pitch });
    let hex = "bc 01 77 c0 1d 00 bc 00 00 00 20 00 bc 02 00 00 40 00 20 0f 04 08 54 c0 00 38 05 13 34 00 00";
    let ours = "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 77 c0 1d 00 20 0f 04 08 54 c0 00 38 05 13 34 00 00";
    no_worse(&request, hex, ours, u64::MAX);
    assert!(here(&request).code().len() <= 31);
}

#[test]
fn lists_of_64_blocks() {
    let block = |n: u32| Block { source: S + n * 1024, destination: D + n * 2048, bytes: 512 };
    let blocks: Vec<_> = (0..64).map(block).collect();
    let work = Work::Blocks { blocks: &blocks, event_every: 0 };
    let judged = here(&copy(work));
    assert!(judged.code().len() <= 1552 && judged.tally.instructions <= 1036);
    assert_eq!(judged.tally.events, 1);
    let judged = here(&out(8, work));
    assert!(judged.code().len() <= 1667 && judged.tally.instructions <= 5504);
}

#[test]
fn zeros() {
    let blocks = [Block { source: 0, destination: D, bytes: 65_536 }];
    let work = Work::Blocks { blocks: &blocks, event_every: 0 };
    let judged = here(&Request { setup: setup(8), source: End::Zero, destination: End::Memory, work });
    assert!(judged.code().len() <= 28 && judged.tally.instructions <= 1028);
    assert_eq!((judged.tally.loads, judged.tally.stores), (0, 512));
}
