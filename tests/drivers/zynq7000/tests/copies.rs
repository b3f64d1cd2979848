//! The board copies memory with drivers that know no chip: everything is bound once, and the controller's clock runs
//! while something is copied and at no other time.

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use example_host::lock;
use example_memcpy::Copier;
use example_zynq7000::{
    CLOCKS, DMAC, PROBED, RESETS, boot, chip::zynq7000 as soc, engine, hardware, is_on, provider, settle, system,
};
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{CopyPair, Done, Linear, MemoryCopy};
use linkwright::power::Active;
use linkwright_sim::Outcome;

const BYTES: usize = 4096;

fn pair(cx: &Task<'_>, value: u8) -> CopyPair<u8> {
    let mut source = hardware().data.alloc::<u8>(cx, BYTES).expect("room");
    source.fill(value);
    CopyPair { source, destination: hardware().data.alloc(cx, BYTES).expect("room") }
}

fn serve() {
    assert_eq!(hardware().dmac.run_until_interrupt(1_000_000), Outcome::Reached);
    simulated_interrupt(|| assert!(engine().irq()));
}

static TOLD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn again(mut done: Done<'_, MemoryCopy<soc::DmacS>, Linear>) {
    let mut told = lock(&TOLD);
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
fn the_controller_is_on_while_it_copies_and_at_no_other_time() {
    static AGAIN: fn(Done<'_, MemoryCopy<soc::DmacS>, Linear>) = again;
    host_task(|cx| {
        boot(cx);
        let order: Vec<u32> = soc::TOPOLOGY.probe_order.iter().map(|id| id.get().into()).collect();
        assert_eq!(*lock(&PROBED), order, "each device once, in the order of the spec");
        assert!(DMAC.with(|_| ()).is_some(), "the controller has its driver");
        assert!(RESETS.is_released(soc::dmac_s::resets::DMA), "and runs");
        let off = || !is_on::<soc::DmacS>() && CLOCKS.running().is_empty();
        assert!(off(), "nobody copies yet");

        // An access to a register without its clock is a violation, and panics.
        let mut copier = Copier::<soc::DmacS>::open(cx, provider(), BYTES as u32).expect("a channel");
        settle(cx);
        assert!(off(), "a prepared channel needs no power");

        let power = Active::<soc::DmacS>::resume(cx, system()).expect("switches on");
        assert!(is_on::<soc::Slcr>() && is_on::<soc::DmacS>());
        assert_eq!(CLOCKS.running(), [soc::dmac_s::clocks::APB_PCLK]);
        {
            let mut copy = pin!(copier.copy_async(pair(cx, 3), &power));
            let mut context = Context::from_waker(Waker::noop());
            assert!(copy.as_mut().poll(&mut context).is_pending());
            serve();
            let Poll::Ready(done) = copy.poll(&mut context) else { panic!("the interrupt was served") };
            let done = done.expect("started");
            assert_eq!(done.result, Ok(()));
            assert!(done.bufs.destination.iter().all(|byte| *byte == 3));
        }

        copier.on_done(cx, &AGAIN);
        copier.begin(pair(cx, 7), &power).expect("starts");
        drop(power);
        for round in 0..3 {
            settle(cx);
            assert!(is_on::<soc::DmacS>(), "copy {round} holds what it needs");
            serve();
        }
        assert_eq!(*lock(&TOLD), [7, 8, 9]);
        settle(cx);
        assert!(off(), "nothing is copied any more");
    });
}
