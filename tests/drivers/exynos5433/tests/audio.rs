//! The audio block plays, pauses and sleeps: with drivers that know no chip and say nothing about power.

use example_exynos5433::{
    ADMA, AudioBoard, I2S0, boot, chip::exynos5433 as soc, data, engine, hardware, is_on, settle,
};
use example_i2s::I2s;
use linkwright::consumer::Consumer;
use linkwright::context::{host_task, simulated_interrupt};
use linkwright_sim::Outcome;

type Audio = I2s<soc::I2s0, AudioBoard>;

const PERIODS: u16 = 4;
const FRAMES: u32 = 64;

#[test]
fn the_domain_is_on_while_something_plays_and_at_no_other_time() {
    host_task(|cx| {
        boot(cx);
        assert!(ADMA.with(|_| ()).is_some() && I2S0.with(|_| ()).is_some(), "both drivers are bound");
        let off =
            || !is_on::<soc::PdAud>() && !is_on::<soc::Adma>() && !is_on::<soc::I2s0>() && !hardware().is_powered();
        assert!(off(), "claiming the channel took power for as long as it took");

        assert_eq!(hardware().selected_pins(), [0], "the group of the interface, at probe");
        I2S0.with(|i2s| i2s.open(cx, PERIODS, FRAMES)).expect("bound").expect("opens");
        settle(cx);
        assert!(off(), "a prepared ring needs no power");

        let clocks = hardware().running_clocks();
        let refused = I2S0.with(|_| Audio::power(cx).is_err()).expect("bound");
        assert!(refused && !is_on::<soc::I2s0>(), "a driver that is borrowed cannot switch its clocks");
        settle(cx);
        assert_eq!(hardware().running_clocks(), clocks);

        let mut next = 0_u32;
        let mut played = Vec::new();
        for song in 0..3 {
            let power = Audio::power(cx).expect("switches on");
            assert!(is_on::<soc::PdAud>() && is_on::<soc::CmuAud>() && is_on::<soc::Adma>() && is_on::<soc::I2s0>());
            let mut buffer = data().alloc::<u32>(cx, usize::from(PERIODS) * FRAMES as usize).expect("room");
            for frame in buffer.iter_mut() {
                *frame = next;
                next += 1;
            }
            I2S0.with(|i2s| i2s.play(buffer, &power)).expect("bound").expect("plays");
            // The ring holds what it needs.
            drop(power);
            settle(cx);
            for period in 0..10 {
                assert_eq!(hardware().board.dmac.run_until_interrupt(10_000_000), Outcome::Reached);
                assert!(is_on::<soc::PdAud>(), "song {song}, period {period}");
                simulated_interrupt(|| assert!(engine().irq()));
                I2S0.with(|i2s| {
                    let ring = i2s.ring().expect("open");
                    let frames: Vec<u32> = (next..next + FRAMES).collect();
                    assert_eq!(ring.push(&frames).expect("in time"), frames.len());
                    next += FRAMES;
                });
                settle(cx);
            }
            let power = Audio::power(cx).expect("is on");
            let buffer = I2S0.with(|i2s| i2s.stop(cx, &power)).expect("bound");
            assert!(buffer.is_some(), "the buffer is back");
            drop((power, buffer));
            settle(cx);
            assert!(off(), "nothing plays any more");
            assert_eq!(hardware().running_clocks(), 0, "clocks are gated by themselves");
            let frames: Vec<u32> =
                hardware().speaker.take().chunks(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            assert!(frames.len() >= 10 * FRAMES as usize, "ten periods: {}", frames.len());
            assert!(frames.windows(2).all(|pair| pair[1] == pair[0] + 1), "no frame lost or played twice");
            played.push(frames[0]);
            hardware().speaker.reset();
        }
        assert_eq!(played[0], 0);
        assert_eq!(hardware().accesses_without_power(), 0);
    });
}
