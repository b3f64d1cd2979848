//! SPI in both directions at once: any length, three ways to wait, and what happens when DMA comes too late.

use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use example_exynos4210::{
    CLOCKS, Exynos, INTERRUPTS, SPI0, SPI1, boot, chip::exynos4210 as soc, hardware, is_on, pdma0, pdma1, settle,
};
use example_host::lock;
use example_spi::{Error, Master, Mode, Spi, Told, Trouble};
use linkwright::consumer::Consumer;
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::memory::DmaBuf;
use linkwright::power::Active;

type Power = Active<soc::Spi0>;
type Spi0 = Master<soc::Spi0, Exynos>;

static INTERRUPT0: fn() = || Spi::interrupt(&SPI0);
static INTERRUPT1: fn() = || Spi::interrupt(&SPI1);

fn buffer(cx: &Task<'_>, bytes: &[u8]) -> DmaBuf<u8> {
    let mut buffer = hardware().board.data.alloc::<u8>(cx, bytes.len()).expect("room");
    buffer.copy_from_slice(bytes);
    buffer
}

/// Let the first controller work, and serve it and the SPI controller.
fn serve() {
    hardware().board.dmac.run(2_000);
    while hardware().board.dmac.interrupt() {
        simulated_interrupt(|| assert!(pdma0().irq()));
    }
    if hardware().spi[0].is_raised() {
        assert!(INTERRUPTS.raise(soc::spi0::interrupts::IRQ), "the driver listens");
    }
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        serve();
    }
    panic!("it does not end");
}

fn off() -> bool {
    let on = is_on::<soc::Spi0>() || is_on::<soc::Spi1>() || is_on::<soc::Pdma0>() || is_on::<soc::Pdma1>();
    !on && CLOCKS.running().is_empty()
}

#[test]
fn both_ways_at_once() {
    host_task(|cx| {
        boot(cx);
        let mut spi = Spi0::new(cx, &SPI0, hardware().board.data, &INTERRUPT0).expect("both channels");
        let again = Spi0::new(cx, &SPI0, hardware().board.data, &INTERRUPT0);
        assert!(matches!(again, Err(Error::NoChannels)), "one master");
        settle(cx);
        assert!(off(), "who exchanges nothing needs no power");
        let power = Spi::<soc::Spi0, Exynos>::power(cx).expect("switches on");
        let open = |hertz| SPI0.with(|spi| spi.open(cx, &power, Mode::default(), hertz)).expect("bound");
        assert_eq!(open(5_000_000), Ok(4_000_000), "a third of 12 MHz: never faster than was asked");
        assert!(matches!(open(0), Err(Error::Clock(_))));
        assert_eq!(open(1_000_000), Ok(1_000_000));
        any_length(cx, &mut spi, &power);
        by_callback(cx, &mut spi, &power);
        bytes_are_lost(cx, &mut spi, &power);
        given_up(cx, &mut spi, &power);
        waiting(cx);
        drop(power);
        settle(cx);
        assert!(off(), "nothing is exchanged any more");
    });
}

fn any_length(cx: &Task<'_>, spi: &mut Spi0, power: &Power) {
    let device = &hardware().spi[0];
    device.set_device(|before, byte| byte ^ (before as u8).wrapping_mul(7) ^ 0x5a);
    for length in [1_usize, 2, 3, 4, 7, 63, 64, 65, 100, 100, 1000, 4097, 1] {
        let out: Vec<u8> = (0..length).map(|at| (at * 31 + length) as u8).collect();
        let expected: Vec<u8> =
            out.iter().enumerate().map(|(at, byte)| byte ^ (at as u8).wrapping_mul(7) ^ 0x5a).collect();
        let mut back = vec![0; length];
        finish(spi.exchange_async(cx, &out, &mut back, power)).expect("exchanged");
        assert_eq!(back, expected, "{length} bytes");
        assert_eq!(device.take_seen(), [out], "selected once, and saw nothing else");
        assert!(!device.is_selected());
    }
    let mut back = [0; 4];
    let mut refused = |out: &[u8]| finish(spi.exchange_async(cx, out, &mut back, power)).expect_err("refused");
    assert_eq!(refused(&[1; 3]), Error::Lengths { out: 3, back: 4 });
    let mut many = vec![0; 65_536];
    assert_eq!(finish(spi.exchange_async(cx, &many.clone(), &mut many, power)), Err(Error::Length(65_536)));
    assert_eq!(finish(spi.exchange_async(cx, &[], &mut [], power)), Err(Error::Length(0)));
    assert_eq!(device.take_seen().len(), 0, "nothing was sent");
}

static CAME: Mutex<Vec<Result<Vec<u8>, Error>>> = Mutex::new(Vec::new());
static TOLD: Told<soc::Spi0, Exynos> =
    Told::new(&SPI0, |came| lock(&CAME).push(came.map(|bytes: DmaBuf<u8>| bytes.to_vec())));

fn by_callback(cx: &Task<'_>, spi: &mut Spi0, power: &Power) {
    let device = &hardware().spi[0];
    device.set_device(|_, byte| !byte);
    spi.on_end(cx, 5, &TOLD).expect("programs");
    for text in [b"first", b"again", b"third"] {
        spi.start((buffer(cx, text), buffer(cx, &[0; 5])), power).expect("starts");
        assert_eq!(spi.start((buffer(cx, text), buffer(cx, &[0; 5])), power), Err(Error::Busy));
        (0..1_000).take_while(|_| lock(&CAME).is_empty()).for_each(|_| serve());
        let inverted: Vec<u8> = text.iter().map(|byte| !byte).collect();
        assert_eq!(lock(&CAME).pop(), Some(Ok(inverted)));
        assert!(!device.is_selected(), "the device is let go before the client is told");
    }
    device.take_seen();
}

fn bytes_are_lost(cx: &Task<'_>, spi: &mut Spi0, power: &Power) {
    let device = &hardware().spi[0];
    let lost = Error::Fifo(Trouble::ReceiveOverrun);
    device.set_deaf(true);
    let mut back = [0; 200];
    assert_eq!(finish(spi.exchange_async(cx, &[1; 200], &mut back, power)), Err(lost));
    assert!(!device.is_selected());

    spi.on_end(cx, 200, &TOLD).expect("programs");
    spi.start((buffer(cx, &[2; 200]), buffer(cx, &[0; 200])), power).expect("starts");
    (0..1_000).take_while(|_| lock(&CAME).is_empty()).for_each(|_| serve());
    assert_eq!(lock(&CAME).pop(), Some(Err(lost)));
    device.set_deaf(false);

    // And then it works again: with a callback once the hardware is quiet, and otherwise.
    device.set_device(|_, byte| byte);
    let again = (0..100).find_map(|_| {
        serve();
        spi.start((buffer(cx, &[5; 200]), buffer(cx, &[0; 200])), power).ok()
    });
    assert_eq!(again, Some(()), "what was left of the last one is stopped");
    (0..1_000).take_while(|_| lock(&CAME).is_empty()).for_each(|_| serve());
    assert_eq!(lock(&CAME).pop(), Some(Ok(vec![5; 200])));
    finish(spi.exchange_async(cx, &[3; 200], &mut back, power)).expect("exchanged");
    assert_eq!(back, [3; 200]);
    device.take_seen();
}

fn given_up(cx: &Task<'_>, spi: &mut Spi0, power: &Power) {
    let device = &hardware().spi[0];
    let mut back = [0; 200];
    {
        let mut exchange = pin!(spi.exchange_async(cx, &[4; 200], &mut back, power));
        assert!(exchange.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(device.is_selected());
    }
    assert!(!device.is_selected(), "dropping the future lets go of the device");
    for _ in 0..10 {
        serve();
    }
    device.take_seen();
    finish(spi.exchange_async(cx, b"next", &mut back[..4], power)).expect("exchanged");
    assert_eq!((&back[..4], device.take_seen()), (&b"next"[..], vec![b"next".to_vec()]), "nothing of the last one");
}

/// The second SPI controller at the second DMA controller, served by another processor.
fn waiting(cx: &Task<'_>) {
    let device = &hardware().spi[1];
    let mut spi = Master::new(cx, &SPI1, hardware().board.data, &INTERRUPT1).expect("both channels");
    let power = Spi::<soc::Spi1, Exynos>::power(cx).expect("switches on");
    assert!(is_on::<soc::Pdma1>());
    let mode = Mode { idle_high: true, second_edge: true };
    assert_eq!(SPI1.with(|spi| spi.open(cx, &power, mode, 1_000)), Some(Ok(1_000)));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(SeqCst) {
                hardware().pdma1.run(1_000);
                while hardware().pdma1.interrupt() {
                    simulated_interrupt(|| pdma1().irq());
                }
            }
        });
        for length in [1, 64, 300] {
            let out: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let mut back = vec![0xff; length];
            let done = spi.exchange(cx, &out, &mut back, &power);
            if done.is_err() || back != out {
                over.store(true, SeqCst);
            }
            done.expect("exchanged");
            assert_eq!(back, out);
        }
        device.set_deaf(true);
        let lost = spi.exchange(cx, &[9; 200], &mut [0; 200], &power);
        over.store(true, SeqCst);
        assert_eq!(lost, Err(Error::Fifo(Trouble::ReceiveOverrun)));
    });
}
