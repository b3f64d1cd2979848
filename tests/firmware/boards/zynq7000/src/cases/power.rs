//! Runtime power management through the links of the chip's spec.

use example_memcpy::Copier;
use firmware_support::report::{Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::{Linear, MemoryCopy, Provider, StartError};
use linkwright::power::Active;
use linkwright_zynq7000::{DmacS, Slcr};

use super::{copied, pair, power};
use crate::model::{is_on, settle, system};
use crate::start::{SLCR, dmac, enabled_events};

pub(super) async fn on_demand(cx: &Task<'_>) -> Verdict {
    let starts = SLCR.starts();
    let mut copier = Copier::<DmacS>::open(cx, dmac() as &dyn Provider, 900).must("a channel")?;
    settle(cx);
    for seed in 0..10 {
        // A prepared channel needs no power.
        holds("it is off", !is_on::<DmacS>() && !SLCR.runs())?;
        same("its registers are lost", enabled_events(), Some(0))?;
        holds("no power in atomic context", Active::<DmacS>::get_if_active(system()).is_none())?;
        let power = power(cx)?;
        holds("it is on, and so is its supplier", is_on::<DmacS>() && is_on::<Slcr>() && SLCR.runs())?;
        holds("its registers are back", enabled_events().is_some_and(|events| events != 0))?;
        let done = copier.copy_async(pair(cx, 900, seed)?, &power).await.must("a start")?;
        done.result.must("the end")?;
        holds("by interrupt", !done.interrupt_lost)?;
        copied(&done.bufs)?;
        drop(power);
        // Giving power back switches nothing; a task does.
        holds("it is still on", SLCR.runs())?;
        settle(cx);
    }
    holds("an interrupt of a controller that is off is nobody's", !dmac().irq())?;
    same("clock starts", SLCR.starts() - starts, 10)?;
    Ok(SLCR.starts() - starts)
}

pub(super) async fn held(cx: &Task<'_>) -> Verdict {
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut copy = channel.prepare(cx, Linear::new(600)).must("a program")?;
    let mut transfers = 0;
    for seed in 0..10 {
        let power = power(cx)?;
        let submitted = copy.submit(pair(cx, 600, seed)?, &power).must("a submission")?;
        drop(power);
        settle(cx);
        holds("the submitted transfer keeps it on", is_on::<DmacS>() && SLCR.runs())?;
        let done = submitted.issue().must("a start")?.await;
        done.result.must("the end")?;
        copied(&done.bufs)?;
        drop(done);
        settle(cx);
        holds("it is off again", !is_on::<DmacS>() && !SLCR.runs())?;
        transfers += 1;
    }
    // Somebody else's power is no proof.
    static OTHER: linkwright::power::AlwaysOn = linkwright::power::AlwaysOn::new();
    let foreign = Active::<DmacS>::resume(cx, &OTHER).must("the other one's power")?;
    let refused = copy.start(pair(cx, 600, 0)?, &foreign).err().must("a refusal")?;
    same("why", refused.error, StartError::OtherPower)?;
    copy.release(cx).must("release")?;
    Ok(transfers)
}
