//! What is tested.

mod caches;
mod copies;
mod faults;
mod power;
mod random;
mod under_load;

use firmware_support::report::{Failed, Must, Report, Verdict, same};
use linkwright::context::Task;
use linkwright::dma::{CopyPair, Expected, Mismatch, ProbeError};
use linkwright::power::Active;
use linkwright_zynq7000::{DmacS, dmac_s};

use crate::start::{DATA, TIMER, dmac};
use crate::{model, time};

macro_rules! run {
    ($report:ident: $($name:literal, $unit:literal, $case:expr;)*) => {{
        let mut $report = Report::new("Zynq-7000: Cortex-A9, GIC, PL330", [$($name),*].len());
        $($report.case($name, $unit, $case);)*
        $report
    }};
}

/// Every case, in order. Returns whether all went well. Sleepable.
pub(crate) async fn all(cx: &Task<'_>) -> bool {
    let report = run! { report:
        "the chip's devices come up in the order of their links", "devices", boot(cx);
        "the timer interrupts when it is time", "microseconds", timer().await;
        "the controller is what its spec says, as far as QEMU's is", "threads", probe(cx);
        "copies with waiting", "bytes", copies::blocking(cx);
        "copies with await", "bytes", copies::awaited(cx).await;
        "copies with a callback that starts the next in the interrupt", "transfers", copies::rearmed(cx).await;
        "two channels at once", "bytes", copies::two_at_once(cx).await;
        "lists, rectangles and fills", "bytes", copies::shapes(cx);
        "what a program is for is maintained in the caches, and nothing else", "lines", caches::maintained(cx);
        "a fault comes by the abort line and leaves the others alone", "faults", faults::abort_line(cx).await;
        "an interrupt that is lost is missed in time", "microseconds", faults::lost_interrupt(cx);
        "transfers are dropped, leaked and stopped under load", "transfers", under_load::terminated(cx).await;
        "twenty clients share eight threads", "transfers", under_load::shared(cx);
        "the controller sleeps when nobody needs it, and comes back as it was", "starts", power::on_demand(cx).await;
        "a transfer keeps the controller on", "transfers", power::held(cx).await;
        "10,000 random transfers", "bytes", random::transfers(cx).await;
    };
    report.end()
}

fn boot(cx: &Task<'_>) -> Verdict {
    model::boot(cx)?;
    same("the controller is on", model::is_on::<DmacS>(), false)?;
    Ok(linkwright_zynq7000::TOPOLOGY.devices.len() as u32)
}

async fn timer() -> Verdict {
    let begin = TIMER.ticks();
    time::sleep(2_000).await;
    let ticks = TIMER.ticks() - begin;
    same("it slept long enough", ticks >= TIMER.ticks_of(2_000), true)?;
    same("it slept too long", ticks > TIMER.ticks_of(2_000_000), false)?;
    Ok((ticks / TIMER.ticks_of(1)) as u32)
}

fn probe(cx: &Task<'_>) -> Verdict {
    // QEMU's has twice the FIFO, and no instruction cache to speak of.
    let emulated = Expected { fifo_lines: 2 * dmac_s::EXPECTED.fifo_lines, icache_line: 4, ..dmac_s::EXPECTED };
    let differs = dmac().probe(cx, &dmac_s::EXPECTED).err().must("QEMU's differences")?;
    same("found", differs, ProbeError::Mismatch(Mismatch { expected: dmac_s::EXPECTED, found: emulated }))?;
    let found = dmac().probe(cx, &emulated).must("the controller")?;
    Ok(found.threads.into())
}

/// The controller's power.
fn power(cx: &Task<'_>) -> Result<Active<DmacS>, Failed> {
    Active::resume(cx, model::system()).must("power")
}

/// A source with something in it, and a destination with something else.
fn pair(cx: &Task<'_>, bytes: usize, seed: u8) -> Result<CopyPair<u8>, Failed> {
    let arena = DATA.arena();
    let mut source = arena.alloc::<u8>(cx, bytes).must("room for a source")?;
    let mut destination = arena.alloc::<u8>(cx, bytes).must("room for a destination")?;
    for (byte, number) in source.iter_mut().zip(0_u32..) {
        *byte = (number.wrapping_mul(31) >> 3) as u8 ^ number as u8 ^ seed;
    }
    destination.fill(!seed);
    Ok(CopyPair { source, destination })
}

/// Has everything in the windows been copied? Returns how many bytes that is.
#[track_caller]
fn copied(pair: &CopyPair<u8>) -> Verdict {
    let wrong = pair.source.iter().zip(pair.destination.iter()).filter(|(a, b)| a != b).count();
    same("wrong bytes", wrong, 0)?;
    Ok(pair.destination.len() as u32)
}
