//! Every shape from memory to memory through the typed driver: what it moves, what it leaves alone, and how it faults.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use linkwright::context::{Task, host_task};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Completed, CopyPair, Done, Endpoint, Fault, FaultCause, FaultCauses, Handler, Linear, MemoryCopy, MemoryFill,
    Pausable, Prepared, Progress, Rect, SegmentStorage, Segments, Sg, Shape, ThreadState, TransferError,
};
use linkwright::microcode::{Isa, Op};
use linkwright_pl330::Microcode;
use linkwright_zynq7000::DmacS;
use qemu::{Board, Pair, Random, find};

/// What destinations hold before.
const BLANK: u8 = 0x3c;

type Copy = MemoryCopy<DmacS>;

/// A buffer that holds `BLANK` here and in the machine, and a window at least 16 bytes within it.
fn blank(board: &Board, cx: &Task<'_>, len: usize, at: usize) -> DmaBuf<u8> {
    let mut buffer: DmaBuf<u8> = board.buffers.alloc(cx, len + 64).expect("room for a buffer");
    buffer.fill(BLANK);
    board.machine.write(buffer.bus_address(), &buffer);
    buffer.set_window(16 + at % 32, len).expect("it is within");
    buffer
}

fn random_pair(board: &Board, cx: &Task<'_>, random: &mut Random, len: usize) -> Pair {
    let mut source: DmaBuf<u8> = board.buffers.alloc(cx, len + 64).expect("room for a buffer");
    source.set_window(random.up_to(63) as usize, len).expect("it is within");
    random.fill(&mut source);
    CopyPair { source, destination: blank(board, cx, len, random.up_to(63) as usize) }
}

/// Bytes of the machine from `before` bytes in front of the window to as many behind it.
fn around(board: &Board, buffer: &DmaBuf<u8>, before: usize) -> Vec<u8> {
    let mut found = vec![0; buffer.len() + 2 * before];
    board.machine.read(buffer.bus_address() - before as u32, &mut found);
    found
}

fn run<E: Endpoint<Peer = DmacS>, S: Shape>(
    board: &Board,
    cx: &Task<'_>,
    prepared: &mut Prepared<E, S>,
    bufs: linkwright::dma::BuffersOf<E, S>,
) -> Completed<linkwright::dma::BuffersOf<E, S>> {
    let transfer = prepared.start(bufs, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
    board.serve();
    assert!(transfer.is_done());
    transfer.wait(cx)
}

static PAIRS: SegmentStorage<Pair, 7> = SegmentStorage::new();
static OTHERS: SegmentStorage<Pair, 7> = SegmentStorage::new();
static NEXT: Mutex<Option<Segments<Pair, 7>>> = Mutex::new(None);
static FINISHED: Mutex<Vec<Segments<Pair, 7>>> = Mutex::new(Vec::new());
static TOLD: AtomicU32 = AtomicU32::new(0);

/// Starts the second list when the first has ended.
struct Lists;

impl Handler<Copy, Sg<7>> for Lists {
    fn complete(&self, done: Done<'_, Copy, Sg<7>>) {
        done.result().expect("no fault");
        let next = NEXT.lock().unwrap().take();
        let finished = match next {
            Some(next) => done.rearm(next).unwrap_or_else(|e| panic!("{}", e.error)),
            None => done.finish(),
        };
        FINISHED.lock().unwrap().push(finished);
    }

    fn progress(&self, _: Progress) {
        TOLD.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn lists_one_behind_the_other() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(1);
        let lengths = [1, 100, 4096, 33, 7, 2000, 64];
        let mut first = PAIRS.take().expect("nobody else has it");
        for len in lengths {
            first.push(random_pair(&board, cx, &mut random, len)).unwrap_or_else(|_| panic!("room for seven"));
        }
        // The second list lies alike on the bus.
        let mut second = OTHERS.take().expect("nobody else has it");
        for pair in first.iter() {
            let offset = |buffer: &DmaBuf<u8>| buffer.bus_address() as usize % 8;
            let len = pair.source.len();
            let mut source: DmaBuf<u8> = board.buffers.alloc(cx, len + 64).expect("room for a buffer");
            source.set_window(offset(&pair.source), len).expect("it is within");
            random.fill(&mut source);
            let destination = blank(&board, cx, len, offset(&pair.destination));
            second.push(CopyPair { source, destination }).unwrap_or_else(|_| panic!("room for seven"));
        }
        let shape = Sg::<7>::between(&first).events_every(3);
        let mut prepared = board.claim(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        assert_eq!(prepared.program().events, 3);
        prepared.set_handler(cx, &Lists);
        *NEXT.lock().unwrap() = Some(second);
        prepared.start_detached(first, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        board.serve();
        let finished = std::mem::take(&mut *FINISHED.lock().unwrap());
        assert_eq!(finished.len(), 2);
        for pair in finished.iter().flat_map(|list| list.iter()) {
            assert_eq!(*pair.destination, *pair.source);
            let found = around(&board, &pair.destination, 16);
            assert_eq!(found[16..found.len() - 16], *pair.source);
            assert!(found[..16].iter().chain(&found[found.len() - 16..]).all(|byte| *byte == BLANK));
        }
        // QEMU runs a program within the write that starts it, so that signals before the last are seen with it.
        assert_eq!(TOLD.load(Ordering::Relaxed), 0);
        prepared.release(cx).unwrap();
    });
}

#[test]
fn rectangles_of_any_pitch() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(2);
        let mut channel = board.claim(cx);
        for (row, rows, from, to) in [
            (64, 16, 256, 64),
            (64, 16, 64, 256),
            (1, 50, 3, 7),
            (100, 9, 100, 100),
            (333, 20, 411, 335),
            (2048, 3, 5000, 2048),
            (7, 300, 9, 8),
            // Down, beyond one step, and rows that are read more than once.
            (64, 16, -64, 64),
            (64, 16, 64, -64),
            (100, 9, -4096, -133),
            (333, 7, 65_700, -65_600),
            (50, 30, 0, 50),
            (50, 30, -1, 61),
            (120, 30, 30, 120),
        ] {
            let bytes = |pitch: i32| pitch.unsigned_abs() as usize * (rows - 1) + row;
            let start = |n: usize, pitch: i32| {
                let above = if pitch < 0 { rows - 1 - n } else { n };
                above * pitch.unsigned_abs() as usize
            };
            let mut source: DmaBuf<u8> = board.buffers.alloc(cx, bytes(from)).expect("room for a buffer");
            random.fill(&mut source);
            let destination = blank(&board, cx, bytes(to), random.up_to(63) as usize);
            let shape =
                Rect::new(row as u32, rows as u32).pitch(from, to).at(source.bus_address(), destination.bus_address());
            let mut prepared = channel.prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
            let done = run(&board, cx, &mut prepared, CopyPair { source, destination });
            assert_eq!((done.result, done.residue), (Ok(()), 0));
            let mut wanted = vec![BLANK; bytes(to) + 32];
            for n in 0..rows {
                wanted[16 + start(n, to)..][..row].copy_from_slice(&done.bufs.source[start(n, from)..][..row]);
            }
            assert!(around(&board, &done.bufs.destination, 16) == wanted, "{rows} rows of {row}, {from} to {to}");
            channel = prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        }
    });
}

#[test]
fn memory_is_filled() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(3);
        let mut channel = board.dmac.claim::<MemoryFill<DmacS>>(cx).expect("a fill takes no line");
        for len in [1, 2, 7, 8, 9, 63, 64, 1000, 65_536, 70_001] {
            for zero in [true, false] {
                let byte = if zero { 0 } else { 1 + random.up_to(254) as u8 };
                let buffer = blank(&board, cx, len, random.up_to(63) as usize);
                let shape = Linear::of(&buffer);
                let prepared = if zero { channel.prepare(cx, shape) } else { channel.prepare_pattern(cx, shape, byte) };
                let mut prepared = prepared.unwrap_or_else(|(e, _)| panic!("{e}"));
                let done = run(&board, cx, &mut prepared, buffer);
                assert_eq!((done.result, done.residue), (Ok(()), 0));
                let found = around(&board, &done.bufs, 16);
                assert!(found[16..len + 16].iter().all(|found| *found == byte), "{len} of {byte:#x}");
                assert!(found[..16].iter().chain(&found[len + 16..]).all(|byte| *byte == BLANK), "{len} of {byte:#x}");
                channel = prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
            }
        }
        channel.release(cx);

        let channel = board.dmac.claim::<MemoryFill<DmacS, u32>>(cx).expect("a fill takes no line");
        let shape = Rect::new(20, 30).pitch(20, 36);
        let mut prepared = channel.prepare_pattern(cx, shape, 0x1234_5678).unwrap_or_else(|(e, _)| panic!("{e}"));
        let mut words: DmaBuf<u32> = board.buffers.alloc(cx, 9 * 30).expect("room for a buffer");
        words.fill(7);
        let done = run(&board, cx, &mut prepared, words);
        assert_eq!(done.result, Ok(()));
        let rows = done.bufs.chunks(9);
        // Between the rows is what the processor wrote.
        assert!(rows.into_iter().all(|row| row[..5] == [0x1234_5678; 5] && row[5..] == [7; 4]));
    });
}

#[test]
fn what_could_pause_runs_through() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(4);
        let pair = random_pair(&board, cx, &mut random, 20_000);
        let shape = Pausable::every(3, Linear::between(&pair));
        let mut prepared = board.claim(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        assert!(prepared.program().checkpoint.is_some());
        let done = run(&board, cx, &mut prepared, pair);
        assert_eq!((done.result, done.residue), (Ok(()), 0));
        assert_eq!(*done.bufs.destination, *done.bufs.source);
        prepared.release(cx).unwrap();
    });
}

/// Replace the program from `at` on, run it, and return the fault and what is left; it must run well again afterwards.
fn fault<E: Endpoint<Peer = DmacS>, S: Shape>(
    board: &Board,
    cx: &Task<'_>,
    prepared: &mut Prepared<E, S>,
    bufs: linkwright::dma::BuffersOf<E, S>,
    at: u32,
    spoilt: &[u8],
) -> (Fault, Completed<linkwright::dma::BuffersOf<E, S>>) {
    let mut right = vec![0; spoilt.len()];
    board.machine.read(at, &mut right);
    (at..).zip(spoilt).for_each(|(address, byte)| board.memory.spoil(address, *byte));
    let done = run(board, cx, prepared, bufs);
    let Err(TransferError::Fault(fault)) = done.result else { panic!("{:?}", done.result) };
    assert_eq!(board.state(fault.thread), ThreadState::Stopped);
    board.memory.heal();
    board.machine.write(at, &right);
    (fault, done)
}

static FAULTY: SegmentStorage<Pair, 3> = SegmentStorage::new();

#[test]
fn a_list_faults_in_its_second_block() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(5);
        let mut list = FAULTY.take().expect("nobody else has it");
        for _ in 0..3 {
            list.push(random_pair(&board, cx, &mut random, 200)).unwrap_or_else(|_| panic!("room for three"));
        }
        let shape = Sg::<3>::between(&list).events_every(1);
        let mut prepared = board.claim(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        // The second block's signal, whatever the event: all before it is written.
        let at = (0..8).find_map(|event| {
            let mut program = vec![0; prepared.program().len.into()];
            prepared.read_program(&mut program);
            let signal = Microcode::encode(Op::SendEvent(event)).expect("an instruction");
            let count = program.windows(2).filter(|bytes| *bytes == signal.as_bytes()).count();
            (count == 3).then(|| find(&prepared, &[Op::SendEvent(event)], 1))
        });
        let (fault, done) = fault(&board, cx, &mut prepared, list, at.expect("it signals three times"), &[0xff]);
        assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::UndefinedInstruction));
        assert!((200..=400).contains(&done.residue), "{}", done.residue);
        assert_eq!(*done.bufs[0].destination, *done.bufs[0].source);
        assert!(done.bufs[2].destination.iter().all(|byte| *byte == BLANK));
        let done = run(&board, cx, &mut prepared, done.bufs);
        assert_eq!((done.result, done.residue), (Ok(()), 0));
        assert!(done.bufs.iter().all(|pair| *pair.destination == *pair.source));
        prepared.release(cx).unwrap();
    });
}

#[test]
fn a_rectangle_and_a_fill_fault() {
    host_task(|cx| {
        let board = Board::new(cx);
        let mut random = Random::new(6);
        let invalid = Microcode::encode(Op::SendEvent(31)).expect("an instruction");

        let mut source: DmaBuf<u8> = board.buffers.alloc(cx, 64 * 10).expect("room for a buffer");
        random.fill(&mut source);
        let destination = blank(&board, cx, 64 * 10, 0);
        let shape = Rect::new(24, 10).pitch(64, 64);
        let mut rect = board.claim(cx).prepare(cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"));
        let at = find(&rect, &[Op::WriteBarrier], 0);
        let (found, done) = fault(&board, cx, &mut rect, CopyPair { source, destination }, at, invalid.as_bytes());
        assert_eq!(found.causes, FaultCauses::NONE.with(FaultCause::InvalidOperand));
        assert!(done.residue <= 240);
        let done = run(&board, cx, &mut rect, done.bufs);
        assert_eq!((done.result, done.residue), (Ok(()), 0));
        let rows = done.bufs.source.chunks(64).zip(done.bufs.destination.chunks(64));
        assert!(
            rows.into_iter().all(|(from, to)| from[..24] == to[..24] && to[24..].iter().all(|byte| *byte == BLANK))
        );
        rect.release(cx).unwrap();

        let buffer = blank(&board, cx, 4096, 5);
        let channel = board.dmac.claim::<MemoryFill<DmacS>>(cx).expect("a fill takes no line");
        let mut fill = channel.prepare(cx, Linear::of(&buffer)).unwrap_or_else(|(e, _)| panic!("{e}"));
        let at = find(&fill, &[Op::StoreZero], 0);
        let (found, done) = fault(&board, cx, &mut fill, buffer, at, &[0xff]);
        assert_eq!(found.causes, FaultCauses::NONE.with(FaultCause::UndefinedInstruction));
        assert_eq!(done.residue, 4096, "the first store is the one that is none");
        assert!(done.bufs.iter().all(|byte| *byte == BLANK));
        let done = run(&board, cx, &mut fill, done.bufs);
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.iter().all(|byte| *byte == 0));
        fill.release(cx).unwrap();
    });
}
