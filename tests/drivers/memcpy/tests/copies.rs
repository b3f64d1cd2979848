//! Copies on a simulated Zynq-7000: waiting, asynchronously, and from the callback.

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use example_memcpy::Copier;
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{CopyPair, Dmac, Done, Linear, MemoryCopy, Provider};
use linkwright::power::{Active, AlwaysOn};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Config, Outcome, Pl330Sim};
use linkwright_zynq7000::{DmacS, dmac_s};

static POWER: AlwaysOn = AlwaysOn::new();
const BYTES: usize = 4096;

type Engine = Dmac<Pl330<&'static Pl330Sim>>;

fn board() -> (Board, &'static Engine) {
    let board = Board::new(Config::zynq7000()).expect("a controller");
    (board, Box::leak(Box::new(Dmac::new::<DmacS>(Pl330::new(board.dmac), &POWER, board.programs, dmac_s::CONFIG))))
}

fn pair(cx: &Task<'_>, board: &Board, value: u8) -> CopyPair<u8> {
    let mut source = board.data.alloc::<u8>(cx, BYTES).expect("room");
    source.fill(value);
    CopyPair { source, destination: board.data.alloc(cx, BYTES).expect("room") }
}

fn serve(board: &Board, engine: &'static Engine) {
    assert_eq!(board.dmac.run_until_interrupt(1_000_000), Outcome::Reached);
    simulated_interrupt(|| assert!(engine.irq()));
}

#[test]
fn asynchronously() {
    let (board, engine) = board();
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).expect("on");
        let mut copier = Copier::<DmacS>::open(cx, engine as &dyn Provider, BYTES as u32).expect("a channel");
        let mut copy = pin!(copier.copy_async(pair(cx, &board, 3), &power));
        let mut context = Context::from_waker(Waker::noop());
        assert!(copy.as_mut().poll(&mut context).is_pending());
        serve(&board, engine);
        let Poll::Ready(done) = copy.poll(&mut context) else { panic!("the interrupt was served") };
        let done = done.expect("started");
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.destination.iter().all(|byte| *byte == 3));
    });
}

#[test]
fn waiting() {
    let board = Board::new(Config::zynq7000()).expect("a controller");
    // Without an interrupt, waiting serves.
    let config = linkwright::dma::Config { polled: true, ..dmac_s::CONFIG };
    let engine: &'static Engine =
        Box::leak(Box::new(Dmac::new::<DmacS>(Pl330::new(board.dmac), &POWER, board.programs, config)));
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).expect("on");
        let mut copier = Copier::<DmacS>::open(cx, engine as &dyn Provider, BYTES as u32).expect("a channel");
        let done = copier.copy(cx, pair(cx, &board, 5), &power).expect("starts");
        assert_eq!(done.result, Ok(()));
        assert!(done.bufs.destination.iter().all(|byte| *byte == 5));
    });
}

static DONE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn again(mut done: Done<'_, MemoryCopy<DmacS>, Linear>) {
    let mut told = DONE.lock().expect("not poisoned");
    assert_eq!(done.result(), Ok(()));
    let pair = done.bufs();
    told.push(pair.destination[BYTES - 1]);
    if told.len() < 3 {
        pair.source.fill(told.len() as u8 + 7);
        assert!(done.rearm_same().is_ok());
    } else {
        drop(done.finish());
    }
}

#[test]
fn from_the_callback() {
    static AGAIN: fn(Done<'_, MemoryCopy<DmacS>, Linear>) = again;
    let (board, engine) = board();
    host_task(|cx| {
        let power = Active::resume(cx, &POWER).expect("on");
        let mut copier = Copier::<DmacS>::open(cx, engine as &dyn Provider, BYTES as u32).expect("a channel");
        copier.on_done(cx, &AGAIN);
        copier.begin(pair(cx, &board, 7), &power).expect("starts");
        for _ in 0..3 {
            serve(&board, engine);
        }
    });
    assert_eq!(*DONE.lock().expect("not poisoned"), [7, 8, 9]);
}
