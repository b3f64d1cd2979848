//! Copies of memory.

use core::sync::atomic::Ordering::Relaxed;

use embassy_futures::join::join3;
use example_memcpy::Copier;
use firmware_support::report::{Failed, Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::{CopyPair, Provider};
use linkwright::power::{Active, Device};
use linkwright_exynos4210::{Mdma1, PdLcd0, Pdma0, Pdma1};

use crate::model::{DOMAIN_OFF, is_on, settle, system};
use crate::start::{DATA, Dma, enabled_events, mdma1, pdma0, pdma1};

fn pair(cx: &Task<'_>, bytes: usize, seed: u8) -> Result<CopyPair<u8>, Failed> {
    let arena = DATA.arena();
    let mut source = arena.alloc::<u8>(cx, bytes).must("room for a source")?;
    let mut destination = arena.alloc::<u8>(cx, bytes).must("room for a destination")?;
    for (byte, number) in source.iter_mut().zip(0_u32..) {
        *byte = (number.wrapping_mul(29) >> 2) as u8 ^ number as u8 ^ seed;
    }
    destination.fill(!seed);
    Ok(CopyPair { source, destination })
}

#[track_caller]
fn copied(pair: &CopyPair<u8>) -> Verdict {
    let wrong = pair.source.iter().zip(pair.destination.iter()).filter(|(a, b)| a != b).count();
    same("wrong bytes", wrong, 0)?;
    Ok(pair.destination.len() as u32)
}

pub(super) async fn in_a_domain(cx: &Task<'_>) -> Verdict {
    let mut bytes = 0;
    let mut copier = Copier::<Mdma1>::open(cx, mdma1() as &dyn Provider, 5000).must("a channel")?;
    for seed in 0..10 {
        settle(cx);
        holds("domain and controller are off", !is_on::<PdLcd0>() && !is_on::<Mdma1>())?;
        same("events, after the registers were lost", enabled_events(), 0)?;
        let off = DOMAIN_OFF.load(Relaxed);
        let power = Active::<Mdma1>::resume(cx, system()).must("power")?;
        holds("domain and controller are on", is_on::<PdLcd0>() && is_on::<Mdma1>())?;
        holds("the registers are back", enabled_events() != 0)?;
        let done = match seed % 2 {
            0 => copier.copy(cx, pair(cx, 5000, seed)?, &power).must("a start")?,
            _ => copier.copy_async(pair(cx, 5000, seed)?, &power).await.must("a start")?,
        };
        done.result.must("the end")?;
        bytes += copied(&done.bufs)?;
        drop(power);
        settle(cx);
        same("the domain was switched off", DOMAIN_OFF.load(Relaxed), off + 1)?;
    }
    Ok(bytes)
}

fn open<D: Device>(cx: &Task<'_>, engine: &'static Dma) -> Result<(Copier<D>, Active<D>), Failed> {
    let copier = Copier::<D>::open(cx, engine as &dyn Provider, 8000).must("a channel")?;
    Ok((copier, Active::resume(cx, system()).must("power")?))
}

pub(super) async fn three_at_once(cx: &Task<'_>) -> Verdict {
    let (mut first, first_power) = open::<Pdma0>(cx, pdma0())?;
    let (mut second, second_power) = open::<Pdma1>(cx, pdma1())?;
    let (mut third, third_power) = open::<Mdma1>(cx, mdma1())?;
    let mut bytes = 0;
    for seed in 0..10 {
        let (one, two, three) = (pair(cx, 8000, seed)?, pair(cx, 8000, seed + 50)?, pair(cx, 8000, seed + 100)?);
        let all = join3(
            first.copy_async(one, &first_power),
            second.copy_async(two, &second_power),
            third.copy_async(three, &third_power),
        );
        let (one, two, three) = all.await;
        for done in [one.must("a start")?, two.must("a start")?, three.must("a start")?] {
            done.result.must("the end")?;
            bytes += copied(&done.bufs)?;
        }
    }
    Ok(bytes)
}
