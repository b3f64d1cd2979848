//! An engine of [`Copies`]: memory as ever, and nothing else.

use linkwright::context::{Task, host_task};
use linkwright::dma::plan::{self, Attributes, Block, Checkpoint, End, PlanError, Request, Setup, Work};
use linkwright::dma::{self, Copies, CopiesIsa, Dmac, Endpoint, Goes, Linear, Pausable, PrepareError, Rect, Sg};
use linkwright_pl330::{Microcode, Pl330};
use linkwright_sim::{Board, Outcome, Pl330Sim};

use crate::rig::{Copier, Dmac0, Filler, LONG, POWER, Rig, RxSingle, TxSingle, bytes, check};

type Engine = Dmac<Copies<Pl330<&'static Pl330Sim>>>;

fn engine(board: &Board) -> &'static Engine {
    let config = dma::Config::DEFAULT;
    Box::leak(Box::new(Dmac::new::<Dmac0>(Copies(Pl330::new(board.dmac)), &POWER, board.programs, config)))
}

const SETUP: Setup = Setup {
    bus_bytes: 8,
    fifo_lines: 128,
    event: 3,
    source_attributes: Attributes { cache: 0, protection: 0 },
    destination_attributes: Attributes { cache: 0, protection: 2 },
    barriers: false,
    subtracts: true,
    checkpoint: None,
};

fn request<'a>(work: Work<'a>) -> Request<'a> {
    Request { setup: SETUP, source: End::Memory, destination: End::Memory, work }
}

#[test]
fn programs_are_the_same() {
    let mut different = 0;
    for barriers in [false, true] {
        for (source, destination) in (0..8).flat_map(|source| [0, 1, 4, 7].map(|destination| (source, destination))) {
            for length in [1, 7, 8, 100, 4_000, 65_537, 3_000_001] {
                let block = |at: u32, bytes| Block { source: source + at, destination: destination + at, bytes };
                let blocks = [block(0x1000, length), block(0x2000_0000, 64), block(0x3000_0000, 3)];
                for (blocks, event_every) in [(&blocks[..1], 0), (&blocks[..], 0), (&blocks[..], 2)] {
                    let mut request = request(Work::Blocks { blocks, event_every });
                    request.setup.barriers = barriers;
                    let (mut all, mut copies) = ([0; 1024], [0; 1024]);
                    let planned = plan::transfer::<Microcode>(&request, &mut all).unwrap();
                    assert_eq!(plan::transfer::<CopiesIsa<Microcode>>(&request, &mut copies), Ok(planned));
                    assert_eq!(all, copies, "{request:?}");
                    different += 1;
                }
            }
        }
    }
    assert_eq!(different, 2 * 32 * 7 * 3);
}

#[test]
fn what_pauses_or_repeats_is_refused() {
    let block = Block { source: 0, destination: 0, bytes: 64 };
    let cyclic = |gate| request(Work::Cyclic { block, period_bytes: 8, gate });
    let mut pausing = request(Work::Blocks { blocks: core::slice::from_ref(&block), event_every: 0 });
    pausing.setup.checkpoint = Some(Checkpoint { event: 4, bursts: 1 });
    for request in [cyclic(None), cyclic(Some(5)), pausing] {
        plan::transfer::<Microcode>(&request, &mut [0; 256]).unwrap();
        let planned = plan::transfer::<CopiesIsa<Microcode>>(&request, &mut [0; 256]);
        assert_eq!(planned, Err(PlanError::OutOfScope), "{request:?}");
    }
}

fn refused<E, S>(dmac: &'static Engine, cx: &Task<'_>, shape: S)
where
    E: Endpoint<Controller = Dmac0, Peer = Dmac0>,
    S: Goes<E::Direction>,
{
    let channel = dmac.claim::<E>(cx).unwrap();
    let Err((error, _)) = channel.prepare(cx, shape) else { panic!("it was planned") };
    assert_eq!(error, PrepareError::Plan(PlanError::OutOfScope));
    assert!(error.to_string().contains("`Copies`"), "{error}");
}

#[test]
fn copies_and_lists_are_made_and_everything_else_is_refused() {
    let rig = Rig::new();
    let dmac = engine(&rig.board);
    host_task(|cx| {
        let free = rig.board.programs.free_bytes();
        refused::<Copier, _>(dmac, cx, Rect::new(16, 4).pitch(32, 32));
        refused::<Copier, _>(dmac, cx, Pausable::every(4, Linear::new(1_000)));
        refused::<TxSingle, _>(dmac, cx, Linear::new(64));
        refused::<RxSingle, _>(dmac, cx, Linear::new(64));
        refused::<Filler, _>(dmac, cx, Linear::new(64));
        assert_eq!(rig.board.programs.free_bytes(), free, "what was refused has left nothing behind");

        let power = rig.power(cx);
        let data = bytes(777, 5);
        let pair = rig.pair(cx, (3, 1), &data);
        let channel = dmac.claim::<Copier>(cx).unwrap();
        let mut copy = channel.prepare(cx, Linear::between(&pair)).unwrap_or_else(|(e, _)| panic!("{e}"));
        let transfer = copy.start(pair, &power).unwrap();
        while !transfer.is_done() {
            assert_eq!(rig.board.dmac.run_until_interrupt(LONG), Outcome::Reached);
            assert!(linkwright::context::simulated_interrupt(|| dmac.irq()));
        }
        let mut done = transfer.wait(cx);
        assert_eq!((done.result, done.residue), (Ok(()), 0));
        check(&mut done.bufs.destination, &data);
        copy.release(cx).unwrap();
        let list = dmac.claim::<Copier>(cx).unwrap().prepare(cx, Sg::<3>::uniform(100));
        assert_eq!(list.unwrap_or_else(|(e, _)| panic!("{e}")).program().blocks, 3);
    });
}
