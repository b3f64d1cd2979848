//! Every quirk that an engine is configured with is in the programs that it plans, and in what they do on the bus.

use linkwright::context::{Task, host_task};
use linkwright::dma::plan::{Attributes, Tail};
use linkwright::dma::{Config, Endpoint, Goes, Linear, PrepareError, Prepared, SegmentStorage, Sg, TransferError};
use linkwright::mmio::{Access, Field, FieldValue};
use linkwright_pl330::Instruction;
use linkwright_pl330::instruction::{MoveTarget, RequestKind};
use linkwright_pl330::regs::{Ccr, ThreadState};
use linkwright_sim::{self as sim, AxiLog, BeatKind, FifoConfig, Mishaps};

use crate::rig::{Copier, Dmac0, Filler, Rig, Rx, Tx, TxSingle, bytes, check, words};

type Make = fn(Config) -> Rig;
/// Transfers something; returns the program.
type Work<'a> = &'a dyn Fn(&Rig, &Task<'_>) -> Vec<Instruction>;

fn rig(config: Config) -> Rig {
    Rig::with(FifoConfig { singles: true, ..FifoConfig::transmitter(4, Some(8)) }, config)
}

fn receiving(config: Config) -> Rig {
    Rig::with(FifoConfig { singles: true, ..FifoConfig::receiver(4, Some(8)) }, config)
}

/// The program as it stands in memory.
fn program<E: Endpoint<Controller = Dmac0, Peer = Dmac0>, S: Goes<E::Direction>>(
    prepared: &Prepared<E, S>,
) -> Vec<Instruction> {
    let mut bytes = [0; 4096];
    let len = prepared.read_program(&mut bytes);
    let (mut at, mut program) = (0, Vec::new());
    while at < len {
        let (instruction, length) = Instruction::decode(&bytes[at..len]).unwrap();
        program.push(instruction);
        at += length;
    }
    assert_eq!(program.last(), Some(&Instruction::End));
    program
}

/// Give the transmitter `data` and look at what comes out; returns the program.
fn sends(rig: &Rig, cx: &Task<'_>, data: &[u32]) -> Vec<Instruction> {
    let power = rig.power(cx);
    let buf = rig.buffer(cx, 0, data);
    let mut tx = rig.prepare::<Tx, _>(cx, Linear::of(&buf));
    let program = program(&tx);
    let transfer = tx.start(buf, &power).unwrap();
    rig.until_done(&transfer);
    assert_eq!(transfer.wait(cx).result, Ok(()));
    assert_eq!((rig.sent(), rig.device.mishaps()), (data.to_vec(), Mishaps::default()));
    tx.release(cx).unwrap();
    program
}

/// Take `len` words from the receiver, to which `data` comes; returns the program.
fn receives(rig: &Rig, cx: &Task<'_>, data: &[u32], len: usize) -> Vec<Instruction> {
    let power = rig.power(cx);
    let buf = rig.buffer(cx, 0, &vec![0_u32; len]);
    let mut rx = rig.prepare::<Rx, _>(cx, Linear::of(&buf));
    let program = program(&rx);
    let transfer = rx.start(buf, &power).unwrap();
    rig.feed(data);
    rig.until_done(&transfer);
    let mut done = transfer.wait(cx);
    assert_eq!(done.result, Ok(()));
    check(&mut done.bufs, &data[..len]);
    rx.release(cx).unwrap();
    program
}

/// Copy `len` bytes; returns the program.
fn copies(rig: &Rig, cx: &Task<'_>, at: (usize, usize), len: usize) -> Vec<Instruction> {
    let power = rig.power(cx);
    let data = bytes(len, 9);
    let pair = rig.pair(cx, at, &data);
    let mut copy = rig.prepare::<Copier, _>(cx, Linear::between(&pair));
    let program = program(&copy);
    let transfer = copy.start(pair, &power).unwrap();
    rig.until_done(&transfer);
    let mut done = transfer.wait(cx);
    assert_eq!(done.result, Ok(()));
    check(&mut done.bufs.destination, &data);
    copy.release(cx).unwrap();
    program
}

#[test]
fn flush() {
    static ROOM: [SegmentStorage<linkwright::dma::memory::DmaBuf<u32>, 3>; 2] = [const { SegmentStorage::new() }; 2];
    let data = words(35, 1);
    for (flush, room) in [true, false].into_iter().zip(&ROOM) {
        let config = Config { flush, ..Config::DEFAULT };
        let flushes =
            |program: &[Instruction]| program.iter().filter(|i| matches!(i, Instruction::Flushp { .. })).count();
        let transmitter = rig(config);
        host_task(|cx| {
            let program = sends(&transmitter, cx, &data);
            assert_eq!(flushes(&program), usize::from(flush));
            let first = |wanted: fn(&Instruction) -> bool| program.iter().position(wanted);
            let flushed = first(|i| matches!(i, Instruction::Flushp { .. }));
            assert!(flushed < first(|i| matches!(i, Instruction::Wfp { .. })), "before the first wait");
            let mut list = room.take().unwrap();
            (0..3).for_each(|_| list.push(transmitter.buffer(cx, 0, &data[..32])).unwrap());
            let sg = transmitter.prepare::<Tx, _>(cx, Sg::<3>::of(&list));
            assert_eq!(flushes(&self::program(&sg)), usize::from(flush), "once for a list");
        });
        let receiver = receiving(config);
        host_task(|cx| assert_eq!(flushes(&receives(&receiver, cx, &data, 35)), usize::from(flush)));
    }
}

/// Loads that a store follows without a read barrier, and stores that a load follows without a write barrier, in the
/// order in which they were executed.
fn unordered(rig: &Rig) -> usize {
    let (mut loaded, mut stored, mut found) = (false, false, 0);
    for traced in rig.board.dmac.take_trace() {
        match traced.instruction {
            Instruction::Ld { .. } | Instruction::Ldp { .. } => {
                found += usize::from(stored);
                loaded = true;
            }
            Instruction::St { .. } | Instruction::Stp { .. } => {
                found += usize::from(loaded);
                stored = true;
            }
            Instruction::Rmb => loaded = false,
            Instruction::Wmb => stored = false,
            _ => {}
        }
    }
    found
}

#[test]
fn barriers() {
    let data = words(35, 1);
    for barriers in [false, true] {
        let config = Config { barriers, ..Config::DEFAULT };
        let works: [(Make, Work<'_>); 4] = [
            (rig, &|rig, cx| copies(rig, cx, (0, 0), 3_000)),
            (rig, &|rig, cx| copies(rig, cx, (1, 6), 3_000)),
            (rig, &|rig, cx| sends(rig, cx, &data)),
            (receiving, &|rig, cx| receives(rig, cx, &data, 35)),
        ];
        for (make, work) in works {
            let rig = make(config);
            rig.board.dmac.trace();
            let program = host_task(|cx| work(&rig, cx));
            assert_eq!(program.contains(&Instruction::Rmb), barriers);
            assert_eq!(unordered(&rig) == 0, barriers);
        }
    }
}

/// Bursts of 8, and 3 words behind them.
#[test]
fn tail() {
    let data = words(16, 1);
    let single = |i: &Instruction| matches!(i, Instruction::Wfp { kind: RequestKind::Single, .. });
    for tail in [Tail::Singles, Tail::ShortBurst] {
        let config = Config { tail, ..Config::DEFAULT };
        let short = tail == Tail::ShortBurst;
        // Devices that make no other requests than the tail needs.
        let transmitter = Rig::with(FifoConfig { singles: !short, ..FifoConfig::transmitter(4, Some(8)) }, config);
        host_task(|cx| {
            let program = sends(&transmitter, cx, &data[..11]);
            assert_eq!(program.iter().any(single), !short);
            let mut lengths: Vec<_> = controls(&program).map(|ccr| 1 + get(ccr, Ccr::DST_BURST_LEN).get()).collect();
            lengths.dedup();
            assert_eq!(lengths, [8, if short { 3 } else { 1 }]);
        });
        let receiver = Rig::with(FifoConfig { singles: !short, ..FifoConfig::receiver(4, Some(8)) }, config);
        host_task(|cx| {
            // The second burst's request is there only once 8 words wait.
            let fed = if short { &data[..] } else { &data[..11] };
            let program = receives(&receiver, cx, fed, 11);
            assert_eq!(program.iter().any(single), !short);
            let mut lengths: Vec<_> = controls(&program).map(|ccr| 1 + get(ccr, Ccr::SRC_BURST_LEN).get()).collect();
            lengths.dedup();
            assert_eq!(lengths, [8, if short { 3 } else { 1 }]);
        });
    }
}

fn controls(program: &[Instruction]) -> impl Iterator<Item = u32> {
    program.iter().filter_map(|i| match i {
        Instruction::Mov { register: MoveTarget::Ccr, immediate } => Some(*immediate),
        _ => None,
    })
}

fn get<T: FieldValue<u32>, A: Access>(ccr: u32, field: Field<Ccr, T, A>) -> T {
    T::from_field((u64::from(ccr) >> field.shift()) & ((1 << field.width()) - 1))
}

const SOURCE: Attributes = Attributes { cache: 2, protection: 1 };
const DESTINATION: Attributes = Attributes { cache: 3, protection: 2 };
const DEVICE: Attributes = Attributes { cache: 1, protection: 3 };

/// What the control words say of a program's loads and stores, and what the beats since the log began had.
fn attributes(rig: &Rig, program: &[Instruction], kind: BeatKind) -> Vec<Attributes> {
    let control = |ccr| match kind {
        BeatKind::Read => (get(ccr, Ccr::SRC_CACHE_CTRL).get(), get(ccr, Ccr::SRC_PROT_CTRL).get()),
        _ => (get(ccr, Ccr::DST_CACHE_CTRL).get(), get(ccr, Ccr::DST_PROT_CTRL).get()),
    };
    let planned = controls(program).map(control);
    let planned = planned.map(|(cache, protection)| Attributes { cache: cache as u8, protection: protection as u8 });
    let beats = rig.board.dmac.take_beats();
    let beats: Vec<_> = beats.iter().filter(|beat| beat.kind == kind).collect();
    assert!(!beats.is_empty());
    let seen = beats.iter().map(|beat| Attributes { cache: beat.cache, protection: beat.protection });
    let mut all: Vec<_> = planned.chain(seen).collect();
    all.dedup();
    all
}

#[test]
fn source_destination_and_device_attributes() {
    let config = Config { source: SOURCE, destination: DESTINATION, device: DEVICE, ..Config::DEFAULT };
    let data = words(35, 1);
    let works: [(Make, Work<'_>, _, _); 3] = [
        (rig, &|rig, cx| copies(rig, cx, (1, 6), 3_000), SOURCE, DESTINATION),
        (rig, &|rig, cx| sends(rig, cx, &data), SOURCE, DEVICE),
        (receiving, &|rig, cx| receives(rig, cx, &data, 35), DEVICE, DESTINATION),
    ];
    for (make, work, source, destination) in works {
        for (kind, expected) in [(BeatKind::Read, source), (BeatKind::Write, destination)] {
            let rig = make(config);
            rig.board.dmac.set_log(AxiLog::Beats);
            let program = host_task(|cx| work(&rig, cx));
            assert_eq!(attributes(&rig, &program, kind), [expected]);
        }
    }
    let rig = rig(config);
    rig.board.dmac.set_log(AxiLog::Beats);
    host_task(|cx| {
        let power = rig.power(cx);
        let buf = rig.buffer(cx, 3, &bytes(100, 1));
        let mut fill = rig.prepare::<Filler, _>(cx, Linear::of(&buf));
        let program = program(&fill);
        let transfer = fill.start(buf, &power).unwrap();
        rig.until_done(&transfer);
        assert_eq!(transfer.wait(cx).result, Ok(()));
        assert_eq!(attributes(&rig, &program, BeatKind::Write), [DESTINATION]);
    });
}

#[test]
fn threads() {
    let rig = rig(Config { threads: 1 << 2 | 1 << 5, ..Config::DEFAULT });
    host_task(|cx| {
        let power = rig.power(cx);
        let mut copies = [(); 2].map(|()| rig.prepare::<Copier, _>(cx, Linear::new(200)));
        assert_eq!([copies[0].thread(), copies[1].thread()], [2, 5]);
        let (error, _channel) = rig.claim::<Copier>(cx).prepare(cx, Linear::new(200)).unwrap_err();
        assert_eq!(error, PrepareError::NoThread);
        for copy in &mut copies {
            let thread = copy.thread();
            let transfer = copy.start(rig.pair(cx, (0, 0), &bytes(200, 1)), &power).unwrap();
            rig.board.dmac.run(30);
            for other in 0..8 {
                assert_eq!(rig.board.dmac.channel(other).state != ThreadState::Stopped, other == thread, "{other}");
            }
            rig.until_done(&transfer);
            assert_eq!(transfer.wait(cx).result, Ok(()));
        }
    });
}

#[test]
fn events() {
    let rig = rig(Config { events: 1 << 3 | 1 << 11, ..Config::DEFAULT });
    host_task(|cx| {
        let signalled = |program: Vec<Instruction>| {
            let events = program.into_iter().filter_map(|i| match i {
                Instruction::Sev { event } => Some(event.get()),
                _ => None,
            });
            events.collect::<Vec<_>>()
        };
        let first = rig.prepare::<Copier, _>(cx, Linear::new(200));
        let second = rig.prepare::<Copier, _>(cx, Linear::new(200));
        assert_eq!([signalled(program(&first)), signalled(program(&second))], [[3], [11]]);
        let (error, _channel) = rig.claim::<Copier>(cx).prepare(cx, Linear::new(200)).unwrap_err();
        assert_eq!(error, PrepareError::NoEvent);
        first.release(cx).unwrap();
        copies(&rig, cx, (0, 0), 1_000);
    });
}

/// A FIFO of 32 lines for 8 threads: 4 for each.
#[test]
fn strict_fifo() {
    for strict_fifo in [false, true] {
        let config = Config { strict_fifo, ..Config::DEFAULT };
        let rig = Rig::on(sim::Config::exynos4210_pdma(), FifoConfig::transmitter(4, None), config);
        host_task(|cx| {
            let power = rig.power(cx);
            let buf = rig.buffer(cx, 0, &words(64, 1));
            let single = rig.prepare::<TxSingle, _>(cx, Linear::of(&buf));
            assert_eq!(single.program().fifo.peak(), if strict_fifo { 1 } else { 4 });
            let mut prepared = Vec::new();
            let mut copies: Vec<_> = (0..7).map(|i| rig.pair(cx, (0, i % 4), &bytes(1_000, 1))).collect();
            for pair in &copies {
                match rig.claim::<Copier>(cx).prepare(cx, Linear::between(pair)) {
                    Ok(copy) => prepared.push(copy),
                    Err((error, _)) => assert!(!strict_fifo, "{error}"),
                }
            }
            let most = prepared.iter().map(|copy| copy.program().fifo.peak()).max().unwrap();
            assert_eq!(most <= 4, strict_fifo, "{most}");
            if strict_fifo {
                let running = prepared.iter_mut().map(|copy| copy.start(copies.remove(0), &power).unwrap());
                let running: Vec<_> = running.collect();
                for transfer in &running {
                    rig.until_done(transfer);
                }
                assert!(running.into_iter().all(|transfer| transfer.wait(cx).result.is_ok()));
                assert!((0..8).all(|thread| rig.board.dmac.channel(thread).fifo.peak() <= 4));
            }
        });
    }
}

/// Of what has been stored, so many bursts may not have been written yet.
#[test]
fn write_queue() {
    let residues = |write_queue| {
        let rig = rig(Config { write_queue, ..Config::DEFAULT });
        host_task(|cx| {
            let power = rig.power(cx);
            let mut copy = rig.prepare::<Copier, _>(cx, Linear::new(20_000));
            let transfer = copy.start(rig.pair(cx, (0, 0), &bytes(20_000, 1)), &power).unwrap();
            rig.board.dmac.run(1_000);
            let running = transfer.residue();
            assert!(!rig.board.dmac.interrupt(), "it runs");
            let stopped = transfer.stop(cx);
            assert_eq!(stopped.result, Err(TransferError::Cancelled));
            [running, stopped.residue]
        })
    };
    let none = residues(0);
    assert!(none.iter().all(|residue| (1..18_000).contains(residue)), "{none:?}");
    for queue in [1, 4, 16] {
        // 16 beats of 8 bytes each.
        assert_eq!(residues(queue), none.map(|residue| residue + 128 * u32::from(queue)), "a queue of {queue}");
    }
}
