//! The board with drivers that know no chip and say nothing about power: everything is bound once, bytes go out and come
//! in by DMA, and what nobody uses has neither clock nor power.

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use example_exynos4210::{
    CLOCKS, Engine, Exynos, INTERRUPTS, MDMA1, PDMA0, PDMA1, PROBED, SERIAL0, SERIAL1, SERIAL2, SERIAL3, boot,
    chip::exynos4210 as soc, hardware, is_on, mdma1, pdma0, pdma1, settle, system,
};
use example_host::lock;
use example_memcpy::Copier;
use example_uart::{Error, Silence, Uart};
use linkwright::consumer::Consumer;
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{CopyPair, Done, Linear, Progress, Provider};
use linkwright::power::Active;
use linkwright_sim::{Outcome, Pl330Sim};

fn buffer(cx: &Task<'_>, bytes: &[u8]) -> DmaBuf<u8> {
    let mut buffer = hardware().board.data.alloc::<u8>(cx, bytes.len()).expect("room");
    buffer.copy_from_slice(bytes);
    buffer
}

/// Let a controller work until it interrupts, and serve that.
fn serve(controller: &Pl330Sim, engine: &'static Engine) {
    assert_eq!(controller.run_until_interrupt(10_000_000), Outcome::Reached);
    simulated_interrupt(|| assert!(engine.irq()));
}

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn off() -> bool {
    let on = is_on::<soc::Pdma0>() || is_on::<soc::Pdma1>() || is_on::<soc::Mdma1>() || is_on::<soc::PdLcd0>();
    let serial = is_on::<soc::Serial0>() || is_on::<soc::Serial1>() || is_on::<soc::Serial2>();
    !on && !serial && CLOCKS.running().is_empty()
}

/// Everything on one board, one after the other: an access without clock or power would panic wherever it happens.
#[test]
fn what_is_used_is_on_and_nothing_else() {
    host_task(|cx| {
        boot(cx);
        let order: Vec<u32> = soc::TOPOLOGY.probe_order.iter().map(|id| id.get().into()).collect();
        assert_eq!(*lock(&PROBED), order, "each device once, in the order of the spec");
        let uarts = SERIAL0.inspect(|_| ()).is_some()
            && SERIAL1.inspect(|_| ()).is_some()
            && SERIAL2.inspect(|_| ()).is_some()
            && SERIAL3.inspect(|_| ()).is_some();
        let controllers = [PDMA0.inspect(|_| ()), PDMA1.inspect(|_| ()), MDMA1.inspect(|_| ())];
        assert!(uarts && controllers.iter().all(Option::is_some), "each has its driver");
        assert!(off(), "claiming channels took power for as long as it took");
        sends_three_ways(cx);
        receives_for_ever(cx);
        receives_by_callback(cx);
        copies_in_the_display_domain(cx);
    });
}

static NEXT: Mutex<Vec<DmaBuf<u8>>> = Mutex::new(Vec::new());
static SENT: Mutex<u32> = Mutex::new(0);

fn sent(done: Done<'_, soc::serial1::Tx, Linear>) {
    assert_eq!(done.result(), Ok(()));
    *lock(&SENT) += 1;
    match lock(&NEXT).pop() {
        Some(next) => drop(done.rearm(next).expect("the same length")),
        None => drop(done.finish()),
    }
}

/// The second UART, at the second controller.
fn sends_three_ways(cx: &Task<'_>) {
    static ON_SENT: fn(Done<'_, soc::serial1::Tx, Linear>) = sent;
    let uart = &hardware().serial[1];
    let mut sender = SERIAL1.with(|uart| uart.sender(hardware().board.data)).expect("bound").expect("a channel");
    assert!(matches!(SERIAL1.with(|uart| uart.sender(hardware().board.data)), Some(Err(Error::NoChannel))));
    settle(cx);
    assert!(off(), "a sender that sends nothing needs no power");

    let power = Uart::<soc::Serial1, Exynos>::power(cx).expect("switches on");
    assert!(is_on::<soc::Pdma1>() && !is_on::<soc::Pdma0>(), "its controller, and not the other one");
    SERIAL1.with(|uart| uart.open(cx, &power, 115_200)).expect("bound").expect("a baud rate");
    assert_eq!(SERIAL1.with(|uart| uart.open(cx, &power, 3_000_000)), Some(Err(Error::Baud)), "the clock is too slow");

    // Any length, asynchronously.
    for text in ["split prepare, nothing lost", "short", "", "x", "and another long line of text"] {
        let mut write = pin!(sender.write_all(cx, text.as_bytes(), &power));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match write.as_mut().poll(&mut context) {
                Poll::Ready(done) => break done.expect("all is sent"),
                Poll::Pending => serve(hardware().pdma1, pdma1()),
            }
        }
        hardware().pdma1.run_until_idle(10_000);
        assert_eq!(uart.sent.take(), text.as_bytes());
    }

    // With a callback that sends the next one.
    sender.on_sent(cx, 4, &ON_SENT).expect("a program");
    *lock(&NEXT) = vec![buffer(cx, b"ghi."), buffer(cx, b"def,")];
    sender.send(buffer(cx, b"abc,"), &power).expect("starts");
    drop(power);
    for _ in 0..3 {
        settle(cx);
        assert!(is_on::<soc::Serial1>() && is_on::<soc::Pdma1>(), "what is sent holds what it needs");
        serve(hardware().pdma1, pdma1());
    }
    hardware().pdma1.run_until_idle(10_000);
    assert_eq!((uart.sent.take(), *lock(&SENT)), (b"abc,def,ghi.".to_vec(), 3));
    settle(cx);
    assert!(off(), "nothing is sent any more");
}

/// The third UART, at the first controller.
fn receives_for_ever(cx: &Task<'_>) {
    static SILENCE: Silence = Silence::new();
    static INTERRUPT: fn() = || Uart::interrupt(&SERIAL2);
    let uart = &hardware().serial[2];
    let made = SERIAL2.with(|uart| uart.receiver(cx, (4, 8), &SILENCE, &INTERRUPT));
    let mut receiver = made.expect("bound").expect("a channel");
    settle(cx);
    assert!(off(), "a receiver that does not receive needs no power");

    let power = Uart::<soc::Serial2, Exynos>::power(cx).expect("switches on");
    SERIAL2.with(|uart| uart.open(cx, &power, 9_600)).expect("bound").expect("a baud rate");
    receiver.start(hardware().board.data.alloc(cx, 32).expect("room"), &power).expect("starts");
    SERIAL2.inspect(|uart| uart.listen(&power, true)).expect("bound");
    drop(power);
    settle(cx);
    assert!(is_on::<soc::Serial2>() && is_on::<soc::Pdma0>(), "what receives holds what it needs");

    let (mut got, mut expected): (Vec<u8>, Vec<u8>) = Default::default();
    // Five laps of the ring, in pieces that are no periods: each piece ends in silence.
    for round in 0..40_u8 {
        let piece: Vec<u8> = (0..1 + round % 7).map(|byte| round.wrapping_mul(9).wrapping_add(byte)).collect();
        expected.extend(&piece);
        uart.received.feed(&piece);
        hardware().board.dmac.run_until_idle(100_000);
        while hardware().board.dmac.interrupt() {
            simulated_interrupt(|| assert!(pdma0().irq()));
        }
        assert_eq!(uart.received.unread(), 0, "DMA takes every byte");
        assert!(uart.fall_silent(), "the driver listens");
        assert!(INTERRUPTS.raise(soc::serial2::interrupts::IRQ), "and handles it");
        assert!(!uart.is_raised(), "and answers it");
        let mut bytes = [0; 3];
        while got.len() < expected.len() {
            let Poll::Ready(count) = poll_once(receiver.read(&mut bytes)) else { panic!("round {round}: it has come") };
            got.extend(&bytes[..count.expect("in time")]);
        }
        assert_eq!(got, expected, "round {round}");
        assert!(poll_once(receiver.read(&mut bytes)).is_pending(), "that was all");
    }
    // Without silence a period is enough.
    uart.received.feed(b"12345678");
    serve(hardware().board.dmac, pdma0());
    hardware().board.dmac.run_until_idle(100_000);
    let mut bytes = [0; 32];
    let Poll::Ready(Ok(count)) = poll_once(receiver.read(&mut bytes)) else { panic!("a period") };
    assert_eq!(&bytes[..count], b"12345678");

    receiver.stop(cx).expect("stops");
    settle(cx);
    assert!(off(), "nothing is received any more");
    assert_eq!(uart.received.mishaps(), linkwright_sim::Mishaps::default());
}

static HEARD: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The fourth UART: a handler hears of each period, and the client takes out what it tells.
fn receives_by_callback(cx: &Task<'_>) {
    static SILENCE: Silence = Silence::new();
    static INTERRUPT: fn() = || Uart::interrupt(&SERIAL3);
    static ON_PERIOD: fn(Progress) = |progress| lock(&HEARD).push(progress.events());
    let uart = &hardware().serial[3];
    let made = SERIAL3.with(|uart| uart.receiver(cx, (4, 8), &SILENCE, &INTERRUPT));
    let mut receiver = made.expect("bound").expect("a channel");
    receiver.on_period(cx, &ON_PERIOD);
    let power = Uart::<soc::Serial3, Exynos>::power(cx).expect("switches on");
    SERIAL3.with(|uart| uart.open(cx, &power, 9_600)).expect("bound").expect("a baud rate");
    receiver.start(hardware().board.data.alloc(cx, 32).expect("room"), &power).expect("starts");
    drop(power);

    // A lap and a half, nobody polls.
    for period in 1..=6_u8 {
        let sent: Vec<u8> = (0..8).map(|byte| period * 16 + byte).collect();
        uart.received.feed(&sent[..7]);
        hardware().pdma1.run_until_idle(100_000);
        assert_eq!(lock(&HEARD).len(), usize::from(period) - 1, "a byte is missing");
        uart.received.feed(&sent[7..]);
        serve(hardware().pdma1, pdma1());
        assert_eq!(lock(&HEARD).last(), Some(&u32::from(period)));
        let mut bytes = [0; 9];
        assert_eq!(receiver.take(&mut bytes), Ok(8), "a period and no more");
        assert_eq!(bytes[..8], sent);
    }
    assert_eq!(*lock(&HEARD), [1, 2, 3, 4, 5, 6], "each once");

    receiver.stop(cx).expect("stops");
    settle(cx);
    assert!(off(), "nothing is received any more");
    assert_eq!(uart.received.mishaps(), linkwright_sim::Mishaps::default());
}

fn copies_in_the_display_domain(cx: &Task<'_>) {
    let mut copier = Copier::<soc::Mdma1>::open(cx, mdma1() as &dyn Provider, 1000).expect("a channel");
    settle(cx);
    assert!(off(), "a prepared channel needs no power");
    for round in 0..3 {
        let power = Active::<soc::Mdma1>::resume(cx, system()).expect("switches on");
        assert!(is_on::<soc::PdLcd0>(), "with its domain");
        let pair = CopyPair { source: buffer(cx, &[round; 1000]), destination: buffer(cx, &[0xff; 1000]) };
        {
            let mut copy = pin!(copier.copy_async(pair, &power));
            let mut context = Context::from_waker(Waker::noop());
            assert!(copy.as_mut().poll(&mut context).is_pending());
            serve(hardware().mdma1, mdma1());
            let Poll::Ready(Ok(done)) = copy.as_mut().poll(&mut context) else { panic!("the interrupt was served") };
            assert_eq!(done.result, Ok(()));
            assert!(done.bufs.destination.iter().all(|byte| *byte == round));
        }
        drop(power);
        settle(cx);
        assert!(off(), "its registers are lost, and restored the next time");
    }
}
