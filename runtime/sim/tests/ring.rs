//! Rings on the simulated board: real request lines, a cache that is not coherent, a device that takes its time.

#![allow(unsafe_code, reason = "states the wiring of the simulated board")]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::memory::{Arena, Mirror};
use linkwright::dma::{
    self, DeviceToMemory, Dmac, Endpoint, FaultCause, GatedRing, Handshake, MemoryToDevice, Port, Progress, Ring,
    RingError, RingHandler, StartError, TransferError,
};
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Cache, Config, Failing, FifoConfig, FifoPeripheral, Outcome, Pl330Sim, SimMemory};

#[derive(Debug)]
enum Dmac0 {}
impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

const FIFO: u32 = 0x4000_0000;
const LINE: u8 = 2;
/// Ticks a word: slow beside the controller, as audio is.
const PACE: u32 = 40;
const LONG: u64 = 10_000_000;

macro_rules! endpoint {
    ($name:ident, $direction:ty, $port:expr) => {
        #[derive(Debug)]
        enum $name {}
        // SAFETY: true of the board that `Rig` makes.
        unsafe impl Endpoint for $name {
            type Controller = Dmac0;
            type Peer = Dmac0;
            type Direction = $direction;
            type Word = u16;
            const PORT: Option<Port> = Some($port);
        }
    };
}
endpoint!(Tx, MemoryToDevice, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(Rx, DeviceToMemory, Port::new(LINE, FIFO).burst(8).handshake(Handshake::Burst));
endpoint!(TxSingle, MemoryToDevice, Port::new(LINE, FIFO));
endpoint!(RxSingle, DeviceToMemory, Port::new(LINE, FIFO));

/// Before its next cache maintenance so many ticks go by.
struct SlowProcessor {
    cache: &'static Cache,
    dmac: &'static Pl330Sim,
    ticks: AtomicU64,
}

impl SlowProcessor {
    fn dawdle(&self) {
        self.dmac.run(self.ticks.swap(0, SeqCst));
    }
}

impl Mirror for SlowProcessor {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        self.dawdle();
        self.cache.clean(bus, bytes);
    }
    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        self.dawdle();
        self.cache.invalidate(bus, bytes);
    }
    fn discard(&self, bus: u32, bytes: u32) {
        self.cache.discard(bus, bytes);
    }
}

static POWER: AlwaysOn = AlwaysOn::new();

struct Rig {
    board: Board,
    device: FifoPeripheral,
    dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
}

impl Rig {
    fn new(fifo: FifoConfig) -> Self {
        let device = FifoPeripheral::new(fifo);
        let memory = SimMemory::new().with_device(FIFO, 4, device.clone());
        let board = Board::with_memory(Config::zynq7000(), memory).unwrap();
        board.dmac.attach(LINE, device.requester());
        Self::over(board, device)
    }

    fn over(board: Board, device: FifoPeripheral) -> Self {
        let config = dma::Config { release_polls: 100_000, ..dma::Config::DEFAULT };
        let dmac = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, board.programs, config)));
        Self { board, device, dmac }
    }

    /// The same board with a processor so slow that the device moves on in the middle of its cache maintenance.
    fn with_slow_processor(self) -> (Self, &'static SlowProcessor) {
        let Self { board, device, .. } = self;
        let slow = SlowProcessor { cache: board.cache, dmac: board.dmac, ticks: AtomicU64::new(0) };
        let slow: &'static SlowProcessor = Box::leak(Box::new(slow));
        let arena = |range: std::ops::Range<u32>| Arena::leak_mirrored(range.end - range.start, range.start, slow);
        let board = Board { programs: arena(Board::PROGRAMS), data: arena(Board::DATA), ..board };
        (Self::over(board, device), slow)
    }

    fn transmitter(pace: u32) -> Self {
        Self::new(FifoConfig { pace, ..FifoConfig::transmitter(2, Some(8)) })
    }

    fn receiver(pace: u32) -> Self {
        Self::new(FifoConfig { pace, patient: false, ..FifoConfig::receiver(2, Some(8)) })
    }

    fn ring<E: Endpoint<Controller = Dmac0, Word = u16>>(&self, cx: &Task<'_>, periods: u16, words: u32) -> Ring<E>
    where
        E::Direction: dma::WithDevice,
    {
        self.dmac.claim::<E>(cx).unwrap().prepare_ring(cx, periods, words).map_err(|(e, _)| e).unwrap()
    }

    fn gated<E: Endpoint<Controller = Dmac0, Word = u16>>(
        &self,
        cx: &Task<'_>,
        periods: u16,
        words: u32,
    ) -> GatedRing<E>
    where
        E::Direction: dma::WithDevice,
    {
        self.dmac.claim::<E>(cx).unwrap().prepare_gated_ring(cx, periods, words).map_err(|(e, _)| e).unwrap()
    }

    fn power(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, &POWER).unwrap()
    }

    fn buffer(&self, cx: &Task<'_>, words: impl ExactSizeIterator<Item = u16>) -> dma::memory::DmaBuf<u16> {
        let mut buffer = self.board.data.alloc::<u16>(cx, words.len()).unwrap();
        buffer.iter_mut().zip(words).for_each(|(place, word)| *place = word);
        buffer
    }

    /// To the next interrupt, and serve it.
    fn period(&self) {
        self.period_costs();
    }

    /// The same; returns how many registers serving it reads and writes.
    fn period_costs(&self) -> (u64, u64) {
        assert_eq!(self.board.dmac.run_until_interrupt(LONG), Outcome::Reached, "{:?}", self.board.dmac);
        let before = self.board.dmac.counters();
        simulated_interrupt(|| assert!(self.dmac.irq()));
        let after = self.board.dmac.counters();
        (after.register_reads - before.register_reads, after.register_writes - before.register_writes)
    }

    fn sent(&self) -> Vec<u16> {
        self.device.take().chunks(2).map(|word| u16::from_le_bytes([word[0], word[1]])).collect()
    }

    fn feed(&self, words: impl Iterator<Item = u16>) {
        let bytes: Vec<u8> = words.flat_map(u16::to_le_bytes).collect();
        self.device.feed(&bytes);
    }
}

/// Words that are told apart, over more than 65,536 of them by their neighbours.
fn word(n: usize) -> u16 {
    n as u16
}

fn consecutive(words: &[u16], first: usize) {
    for (i, w) in words.iter().enumerate() {
        assert_eq!(*w, word(first + i), "word {i} of {}", words.len());
    }
}

#[test]
fn audio_out_runs_for_laps_without_a_restart() {
    let rig = Rig::transmitter(PACE);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 256).frames_of(2);
        ring.start(rig.buffer(cx, (0..1024).map(word)), &power).unwrap();
        drop(power);
        let mut pushed = 1024;
        for period in 1..=40_u32 {
            // Events, faulting threads and manager, and where it is; and the interrupt cleared.
            assert_eq!(rig.period_costs(), (4, 1));
            let (periods, _) = ring.position().unwrap();
            assert!(periods == period || periods + 1 == period, "{periods} of {period}");
            // In two pieces of no particular length.
            let next: Vec<u16> = (pushed..pushed + 255).map(word).collect();
            let first = ring.push(&next[..101]).unwrap();
            assert_eq!(first % 2, 0, "whole frames");
            let second = ring.push(&next[first..]).unwrap();
            pushed += first + second;
        }
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 40), "one interrupt a period, nothing started again");
        let done = ring.stop(cx).unwrap();
        assert_eq!((done.result, done.bufs.len()), (Err(TransferError::Cancelled), 1024));
        let sent = rig.sent();
        assert!(sent.len() >= 40 * 256, "{}", sent.len());
        consecutive(&sent, 0);
        assert_eq!(rig.device.mishaps(), Default::default());
        // And again, from the start.
        let power = rig.power(cx);
        ring.start(done.bufs, &power).unwrap();
        rig.period();
        drop(ring);
    });
    host_task(|cx| drop(rig.ring::<Tx>(cx, 2, 16)));
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn addresses_of_an_earlier_life_are_not_this_ones() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 64);
        let mut buffer = rig.buffer(cx, (0..256).map(word));
        for ticks in 0..80 {
            ring.start(buffer, &power).unwrap();
            rig.board.dmac.run(ticks);
            if rig.device.moved() == 0 {
                assert_eq!(ring.position(), Ok((0, 0)), "{ticks} ticks after the start");
            }
            // Left in the middle of a lap, or at its end.
            (0..1 + ticks % 4).for_each(|_| rig.period());
            rig.board.dmac.run(u64::from(PACE) * (ticks % 3) * 8);
            buffer = ring.stop(cx).unwrap().bufs;
            rig.device.reset();
        }
    });
}

#[test]
fn a_late_client_is_told_and_goes_on_at_a_period() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 256);
        ring.start(rig.buffer(cx, (0..1024).map(word)), &power).unwrap();
        // Five periods, and nothing pushed: the device has begun the second lap.
        (0..5).for_each(|_| rig.period());
        rig.board.dmac.run(u64::from(PACE) * 50);
        let Err(RingError::Underrun { missed }) = ring.push(&[1; 10]) else { panic!("not told") };
        // Periods 4 (the fifth) was played as it was, and 5 is being played.
        assert_eq!(missed, 512);
        // What is pushed now comes at the start of period 6.
        let next: Vec<u16> = (7_000..7_256).map(word).collect();
        assert_eq!(ring.push(&next), Ok(256));
        assert!(ring.available().is_ok());
        (0..2).for_each(|_| rig.period());
        assert!(matches!(ring.available(), Ok(_) | Err(RingError::Underrun { .. })));
        drop(ring.stop(cx).unwrap());
        let sent = rig.sent();
        consecutive(&sent[..1024], 0);
        consecutive(&sent[1024..1536], 0);
        consecutive(&sent[1536..1536 + 200], 7_000);
    });
}

#[test]
fn a_client_that_was_away_for_laps_is_late() {
    // Exactly whole laps too: then the device stands where it stood.
    for periods in [4, 8, 12, 16, 17, 100] {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.ring::<Tx>(cx, 4, 64);
            ring.start(rig.buffer(cx, (0..256).map(word)), &power).unwrap();
            (0..periods).for_each(|_| rig.period());
            // At the fourth the device may not have loaded more than it was given.
            match ring.push(&[0; 64]) {
                Err(RingError::Underrun { missed }) => assert!(missed >= 64 * (periods - 4), "{missed} of {periods}"),
                Ok(_) => assert_eq!(periods, 4),
                Err(other) => panic!("{other}"),
            }
        });
    }
}

#[test]
fn a_push_that_the_device_overtakes_does_not_count() {
    let (rig, slow) = Rig::transmitter(PACE).with_slow_processor();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(word)), &power).unwrap();
        (0..3).for_each(|_| rig.period());
        // In time when it begins, too late when the words are visible.
        slow.ticks.store(u64::from(PACE) * 100, SeqCst);
        assert!(matches!(ring.push(&[7_000; 64]), Err(RingError::Underrun { .. })));
        simulated_interrupt(|| rig.dmac.irq());
        assert!(ring.available().is_ok(), "and it goes on");
    });
}

#[test]
fn a_pull_that_the_device_overtakes_does_not_count() {
    let (rig, slow) = Rig::receiver(PACE).with_slow_processor();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..4_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(|_| 0xdead)), &power).unwrap();
        (0..3).for_each(|_| rig.period());
        slow.ticks.store(u64::from(PACE) * 100, SeqCst);
        let Err(RingError::Overrun { missed }) = ring.pull(&mut [0; 64]) else { panic!("old words for good") };
        simulated_interrupt(|| rig.dmac.irq());
        let mut words = [0; 64];
        assert_eq!(ring.pull(&mut words), Ok(64));
        consecutive(&words, missed as usize);
    });
}

#[test]
fn two_periods_and_one_are_rings_too() {
    for periods in [1_u16, 2, 3] {
        let rig = Rig::transmitter(PACE);
        host_task(|cx| {
            let power = rig.power(cx);
            // A lap must be longer than what the controller may have on its way.
            let words = if periods == 1 { 512 } else { 96 };
            let lap = usize::from(periods) * words;
            let mut ring = rig.ring::<Tx>(cx, periods, words as u32);
            ring.start(rig.buffer(cx, (0..lap).map(word)), &power).unwrap();
            let mut pushed = lap;
            // Word by word, as there is room.
            while pushed < 4_000 {
                rig.board.dmac.run(u64::from(PACE) * 8);
                if rig.board.dmac.interrupt() {
                    rig.dmac.irq();
                }
                let next: Vec<u16> = (pushed..pushed + 48).map(word).collect();
                pushed += ring.push(&next).unwrap_or_else(|e| panic!("{e} after {pushed} in {periods}"));
            }
            drop(ring.stop(cx).unwrap());
            let sent = rig.sent();
            assert!(sent.len() > 3_000, "{}", sent.len());
            consecutive(&sent, 0);
        });
    }
}

#[test]
fn what_the_device_writes_is_pulled_in_order() {
    let rig = Rig::receiver(PACE);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..12_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 4, 256).frames_of(2);
        ring.start(rig.buffer(cx, (0..1024).map(|_| 0xdead)), &power).unwrap();
        assert_eq!(ring.available(), Ok(0));
        let mut pulled = Vec::new();
        for period in 1..=40 {
            rig.period();
            let mut words = [0; 177];
            while let Ok(count @ 1..) = ring.pull(&mut words) {
                pulled.extend_from_slice(&words[..count]);
            }
            assert!(
                pulled.len() >= period * 256,
                "a period's interrupt means that its words are there: {}",
                pulled.len()
            );
        }
        consecutive(&pulled, 0);
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 40));
        rig.board.dmac.run(u64::from(PACE) * 100);
        let done = ring.stop(cx).unwrap();
        // The buffer comes back as the device left it, with what nobody has pulled.
        assert!(done.bufs.iter().any(|w| usize::from(*w) >= 40 * 256 + 64));
        assert!(done.bufs.iter().all(|w| usize::from(*w) < 12_000 && usize::from(*w) >= 40 * 256 - 1024));
        assert_eq!(rig.device.mishaps(), Default::default());
    });
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn an_overrun_is_told_and_the_next_words_are_whole_and_in_frames() {
    for periods in [5, 6, 8, 9, 12, 30] {
        let rig = Rig::receiver(PACE);
        host_task(|cx| {
            let power = rig.power(cx);
            rig.feed((0..60_000).map(word));
            let mut ring = rig.ring::<Rx>(cx, 4, 264).frames_of(3);
            ring.start(rig.buffer(cx, (0..1056).map(|_| 0xdead)), &power).unwrap();
            (0..periods).for_each(|_| rig.period());
            let mut words = [0; 300];
            let Err(RingError::Overrun { missed }) = ring.pull(&mut words) else { panic!("not told") };
            assert!(missed >= 264 * (periods - 4) && missed < 264 * periods, "{missed} after {periods}");
            let count = ring.pull(&mut words).unwrap();
            assert!(count >= 264);
            consecutive(&words[..count], missed as usize);
            assert_eq!(missed % 3, 0, "whole frames");
        });
    }
}

struct Wakes(AtomicU32);
impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_future_is_woken_once_a_period_and_by_the_end() {
    let rig = Rig::receiver(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let wakes = Arc::new(Wakes(AtomicU32::new(0)));
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        rig.feed((0..3_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 3, 128);
        assert!(matches!(pin!(ring.next_period()).poll(&mut context), Poll::Ready(Err(RingError::Idle))));
        let buffer = rig.buffer(cx, (0..384).map(|_| 0));
        let region = buffer.bus_address();
        ring.start(buffer, &power).unwrap();
        for period in 0..5 {
            assert!(pin!(ring.next_period()).poll(&mut context).is_pending());
            assert_eq!(wakes.0.load(SeqCst), period);
            rig.period();
            assert_eq!(wakes.0.load(SeqCst), period + 1);
            let Poll::Ready(Ok(words)) = pin!(ring.next_period()).poll(&mut context) else { panic!("no period") };
            assert!(words >= 128);
            let mut out = [0; 128];
            assert_eq!(ring.pull(&mut out), Ok(128));
            consecutive(&out, period as usize * 128);
        }
        // A bus error ends it.
        rig.board.dmac.memory().fail(region..region + 768, Failing::Writes);
        assert!(pin!(ring.next_period()).poll(&mut context).is_pending());
        rig.period();
        assert_eq!(wakes.0.load(SeqCst), 6);
        let Poll::Ready(Err(RingError::Ended(error))) = pin!(ring.next_period()).poll(&mut context) else {
            panic!("not told of the fault")
        };
        assert!(error.fault().is_some());
        assert!(matches!(ring.pull(&mut [0; 4]), Err(RingError::Ended(_))));
        assert_eq!(ring.stop(cx).unwrap().result, Err(error));
        assert!(matches!(ring.stop(cx), Err(RingError::Idle)));
    });
}

struct Heard {
    periods: AtomicU32,
    ended: Mutex<Option<TransferError>>,
}

impl RingHandler for Heard {
    fn period(&self, progress: Progress) {
        self.periods.store(progress.events(), SeqCst);
    }
    fn ended(&self, reason: TransferError) {
        *self.ended.lock().unwrap() = Some(reason);
    }
}

static HEARD: Heard = Heard { periods: AtomicU32::new(0), ended: Mutex::new(None) };

#[test]
fn a_handler_hears_of_each_period_and_of_a_fault() {
    let rig = Rig::transmitter(PACE);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<Tx>(cx, 2, 64);
        ring.set_handler(cx, &HEARD);
        let buffer = rig.buffer(cx, (0..128).map(word));
        let region = buffer.bus_address();
        ring.start(buffer, &power).unwrap();
        for period in 1..=7 {
            rig.period();
            assert_eq!(HEARD.periods.load(SeqCst), period);
        }
        rig.board.dmac.memory().fail(region..region + 256, Failing::Reads);
        rig.period();
        let error = HEARD.ended.lock().unwrap().unwrap();
        assert!(error.fault().is_some());
        assert_eq!(ring.stop(cx).unwrap().result, Err(error));
        assert_eq!(HEARD.periods.load(SeqCst), 7);
    });
}

#[test]
fn dropping_and_leaking_a_ring_free_nothing_that_the_device_uses() {
    let rig = Rig::receiver(4);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..5_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        rig.period();
        rig.board.dmac.hang_bus(true);
        rig.board.dmac.run(200);
        drop(ring);
        assert!(rig.board.data.free_bytes() < free, "the hung device may still write");
        rig.board.dmac.hang_bus(false);
        rig.board.dmac.run(2_000);
        // Whoever prepares next collects it.
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        assert_eq!(rig.board.data.free_bytes(), free);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        let used = rig.board.data.free_bytes();
        std::mem::forget(ring);
        (0..10).for_each(|_| rig.period());
        assert_eq!(rig.board.data.free_bytes(), used);
        assert!(rig.dmac.claim::<Rx>(cx).is_err(), "its request line is taken for ever");
    });
}

#[test]
fn single_requests() {
    let rig = Rig::new(FifoConfig { pace: PACE, ..FifoConfig::transmitter(2, None) });
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.ring::<TxSingle>(cx, 4, 32);
        ring.start(rig.buffer(cx, (0..128).map(word)), &power).unwrap();
        let mut pushed = 128;
        for _ in 0..12 {
            rig.period();
            pushed += ring.push(&(pushed..pushed + 32).map(word).collect::<Vec<_>>()).unwrap();
        }
        drop(ring);
        consecutive(&rig.sent(), 0);
    });
    let rig = Rig::new(FifoConfig { pace: PACE, patient: false, ..FifoConfig::receiver(2, None) });
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..1_000).map(word));
        let mut ring = rig.ring::<RxSingle>(cx, 4, 32);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        let mut pulled = Vec::new();
        for period in 1..=12 {
            rig.period();
            let mut words = [0; 64];
            let count = ring.pull(&mut words).unwrap();
            pulled.extend_from_slice(&words[..count]);
            assert!(pulled.len() >= period * 32);
        }
        consecutive(&pulled, 0);
    });
}

#[test]
fn a_gated_transmitter_waits_for_its_client() {
    let rig = Rig::transmitter(2);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        let mut crooked = rig.buffer(cx, (0..300).map(word));
        crooked.set_window(8, 192).unwrap();
        let rejected = ring.start(crooked, &power).unwrap_err();
        assert_eq!(rejected.error, StartError::SplitLine { line: 32 });
        ring.start(rig.buffer(cx, (0..192).map(|_| 0xdead)), &power).unwrap();
        // The program says that its gate is shut; nothing is granted, so nothing moves.
        assert_eq!(rig.period_costs(), (3, 1));
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)));
        let mut filled = 0;
        let fill = |ring: &mut GatedRing<Tx>, filled: &mut usize| {
            let Some(mut period) = ring.period().unwrap() else { return false };
            assert_eq!(period.len(), 64);
            for place in period.iter_mut() {
                *place = word(*filled);
                *filled += 1;
            }
            period.grant().unwrap();
            true
        };
        // A period that is only looked at stays.
        drop(ring.period().unwrap().unwrap());
        // All three at once; the interrupts open the gate for the second and third.
        while fill(&mut ring, &mut filled) {}
        assert_eq!((filled, ring.is_stalled()), (192, Ok(false)));
        for _ in 0..20 {
            rig.period();
            assert!(fill(&mut ring, &mut filled), "each period that ends is the client's");
        }
        for _ in 0..3 {
            rig.period();
        }
        // Paused: no grant, no word.
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (filled as u64, Ok(true)));
        assert_eq!(ring.periods(), Ok(23));
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 1 + 23));
        while fill(&mut ring, &mut filled) {}
        (0..3).for_each(|_| rig.period());
        let buffer = ring.stop(cx).unwrap().bufs;
        consecutive(&rig.sent(), 0);

        // Stopped in a granted period: the next run waits for its own grant.
        ring.start(buffer, &power).unwrap();
        rig.period();
        fill(&mut ring, &mut filled);
        rig.board.dmac.run(100);
        let buffer = ring.stop(cx).unwrap().bufs;
        rig.board.dmac.run(1_000);
        rig.device.reset();
        ring.start(buffer, &power).unwrap();
        rig.period();
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)));
        ring.unprepare(cx).map_err(|(e, _)| e).unwrap().release(cx);
    });
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn whenever_a_gated_ring_is_stopped_the_next_run_waits_for_its_own_grant() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        let mut buffer = Some(rig.buffer(cx, (0..192).map(word)));
        // How far the program comes before the interrupt, before the grant and before the stop; and is the interrupt
        // served?
        let steps = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 60];
        for (first, second, third) in steps
            .iter()
            .flat_map(|a| steps.iter().map(move |b| (a, b)))
            .flat_map(|(a, b)| steps.iter().map(move |c| (*a, *b, *c)))
        {
            let case = || format!("{first}, {second} and {third} cycles");
            ring.start(buffer.take().unwrap(), &power).unwrap();
            rig.board.dmac.run(first);
            simulated_interrupt(|| rig.dmac.irq());
            rig.board.dmac.run(second);
            ring.period().unwrap().unwrap().grant().unwrap();
            rig.board.dmac.run(third);
            let stopped = ring.stop(cx).unwrap();
            rig.board.dmac.run(500);
            rig.device.reset();
            ring.start(stopped.bufs, &power).unwrap();
            rig.period();
            rig.board.dmac.run(1_000);
            assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)), "{}", case());
            // And one grant is one period.
            ring.period().unwrap().unwrap().grant().unwrap();
            rig.period();
            rig.board.dmac.run(1_000);
            assert_eq!((rig.device.moved(), ring.is_stalled()), (64, Ok(true)), "{}", case());
            assert_eq!(ring.periods(), Ok(1), "{}", case());
            buffer = Some(ring.stop(cx).unwrap().bufs);
        }
    });
}

#[test]
fn a_first_grant_waits_until_the_program_has_come_to_its_gate() {
    for cycles in 0..80 {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.gated::<Tx>(cx, 3, 64);
            ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
            rig.board.dmac.run(cycles);
            for _ in 0..2 {
                ring.period().unwrap().unwrap().grant().unwrap();
            }
            (0..3).for_each(|_| rig.period());
            rig.board.dmac.run(1_000);
            assert_eq!((ring.periods(), ring.is_stalled()), (Ok(2), Ok(true)), "after {cycles} cycles");
            drop(ring);
            let sent = rig.sent();
            assert_eq!(sent.len(), 128);
            consecutive(&sent, 0);
        });
    }
}

#[test]
fn a_grant_outlives_a_fault_of_the_manager() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
        rig.period();
        rig.board.dmac.run(100);
        // Granted while the manager stands: told as soon as the interrupt has brought it back.
        rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
        assert_eq!(ring.period().unwrap().unwrap().grant(), Err(RingError::Stuck));
        rig.board.dmac.run(1_000);
        assert_eq!(rig.device.moved(), 0);
        simulated_interrupt(|| assert!(rig.dmac.irq()));
        rig.period();
        assert_eq!(rig.device.moved(), 64);
        ring.period().unwrap().unwrap().grant().unwrap();
        while rig.device.moved() < 100 {
            rig.board.dmac.run(10);
        }
        // A fault in a period loses nothing and opens nothing.
        rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
        simulated_interrupt(|| assert!(rig.dmac.irq()));
        rig.period();
        assert_eq!((rig.device.moved(), ring.is_stalled()), (128, Ok(true)));
        consecutive(&rig.sent(), 0);
    });
}

#[test]
fn a_fault_of_the_manager_opens_no_gate_that_nobody_opened() {
    for ahead in 0..160 {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.gated::<Tx>(cx, 3, 64);
            ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
            rig.period();
            ring.period().unwrap().unwrap().grant().unwrap();
            while rig.device.moved() < 50 {
                rig.board.dmac.run(1);
            }
            // The period may end before, in, or after the interrupt body that brings the manager back.
            rig.board.dmac.run(ahead);
            rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
            simulated_interrupt(|| assert!(rig.dmac.irq()));
            for _ in 0..4 {
                rig.board.dmac.run(500);
                simulated_interrupt(|| rig.dmac.irq());
            }
            assert_eq!((rig.device.moved(), ring.is_stalled()), (64, Ok(true)), "{ahead} ticks ahead");
        });
    }
}

#[test]
fn a_gated_receiver_hands_its_periods_over() {
    // The device waits for room: with the gate nothing is lost, however late the client is.
    let rig = Rig::new(FifoConfig { pace: 2, ..FifoConfig::receiver(2, Some(8)) });
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..4_000).map(word));
        let mut ring = rig.gated::<Rx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(|_| 0xdead)), &power).unwrap();
        assert!(ring.period().unwrap().is_none(), "all are the device's");
        rig.period();
        let mut got = Vec::new();
        for round in 0..30 {
            if round % 7 == 0 {
                // Late: all four are full, and the device waits.
                for _ in 0..4 {
                    if rig.board.dmac.run_until_interrupt(20_000) == Outcome::Reached {
                        rig.dmac.irq();
                    }
                }
                assert_eq!(ring.is_stalled(), Ok(true));
            } else if ring.period().unwrap().is_none() {
                rig.period();
            }
            let period = ring.period().unwrap().expect("a period that has ended");
            got.extend_from_slice(&period);
            period.grant().unwrap();
        }
        assert_eq!(got.len(), 30 * 64);
        consecutive(&got, 0);
        assert_eq!(rig.device.mishaps(), Default::default());
        let wait = ring.wait_period(cx);
        assert_eq!(wait, Ok(64));
    });
}

#[test]
fn a_grant_while_the_command_interface_is_stuck_is_told_and_not_lost() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        ring.start(rig.buffer(cx, (0..192).map(|_| 0xdead)), &power).unwrap();
        rig.period();
        rig.board.dmac.run(1_000);
        let grant = |ring: &mut GatedRing<Tx>, first: usize| {
            let mut period = ring.period().unwrap().expect("the client's");
            period.iter_mut().enumerate().for_each(|(at, place)| *place = word(first + at));
            period.grant()
        };
        rig.board.dmac.kill_debug(true);
        let told = grant(&mut ring, 0).unwrap_err();
        assert_eq!(told, RingError::Stuck);
        assert!(told.to_string().contains("check its clock and reset"), "{told}");
        rig.board.dmac.run(1_000);
        assert_eq!(rig.device.moved(), 0);
        rig.board.dmac.kill_debug(false);
        grant(&mut ring, 64).unwrap();
        rig.period();
        rig.period();
        drop(ring);
        rig.board.dmac.run(1_000);
        let sent = rig.sent();
        assert_eq!(sent.len(), 128);
        consecutive(&sent, 0);
    });
}

#[test]
fn a_ring_that_does_not_stop_keeps_its_buffer() {
    let rig = Rig::receiver(4);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..5_000).map(word));
        let mut ring = rig.ring::<Rx>(cx, 2, 64);
        ring.start(rig.buffer(cx, (0..128).map(|_| 0)), &power).unwrap();
        rig.period();
        rig.board.dmac.hang_bus(true);
        rig.board.dmac.run(200);
        let told = ring.stop(cx).unwrap_err();
        assert_eq!(told, RingError::Hung);
        assert!(told.to_string().contains("reset the controller"), "{told}");
        assert!(rig.board.data.free_bytes() < free, "the hung device may still write");
        rig.board.dmac.hang_bus(false);
        assert_eq!(ring.stop(cx).unwrap().result, Err(TransferError::Cancelled));
        assert_eq!(rig.board.data.free_bytes(), free);
    });
}
