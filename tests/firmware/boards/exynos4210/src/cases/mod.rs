//! What is tested.

mod copies;
mod peer;
mod receive;
mod stream;

use firmware_support::report::{Must, Report, Verdict, same};
use linkwright::context::Task;
use linkwright_exynos4210::{TOPOLOGY, mdma1 as mdma1_facts, pdma0 as pdma0_facts, pdma1 as pdma1_facts};

use crate::model::{self, CLOCKS};
use crate::start::{mdma1, pdma0, pdma1};

macro_rules! run {
    ($report:ident: $($name:literal, $unit:literal, $case:expr;)*) => {{
        let mut $report = Report::new("Exynos4210: Cortex-A9, GIC, three PL330, four UARTs", [$($name),*].len());
        $($report.case($name, $unit, $case);)*
        $report
    }};
}

/// Every case, in order. Returns whether all went well. Sleepable.
pub(crate) async fn all(cx: &Task<'_>) -> bool {
    let report = run! { report:
        "the chip's devices come up in the order of their links", "devices", boot(cx);
        "the controllers are what their specs say", "threads", probe(cx);
        "copies in the display's power domain, which is off in between", "bytes", copies::in_a_domain(cx).await;
        "copies on three controllers at once", "bytes", copies::three_at_once(cx).await;
        "what comes in over a UART is in memory", "bytes", receive::lengths(cx).await;
        "a receiver is paused and goes on", "bytes", receive::paused(cx).await;
        "a receiver is stopped and starts again", "bytes", receive::stopped(cx).await;
        "what a UART's driver sends comes back to its endless receiver", "bytes", stream::echo(cx).await;
        "what nobody uses is off", "clocks", idle(cx);
    };
    report.end()
}

fn boot(cx: &Task<'_>) -> Verdict {
    model::boot(cx)?;
    Ok(TOPOLOGY.devices.len() as u32)
}

fn probe(cx: &Task<'_>) -> Verdict {
    let mut threads = 0;
    for (engine, expected) in
        [(pdma0(), pdma0_facts::EXPECTED), (pdma1(), pdma1_facts::EXPECTED), (mdma1(), mdma1_facts::EXPECTED)]
    {
        threads += u32::from(engine.probe(cx, &expected).must("the controller")?.threads);
    }
    Ok(threads)
}

fn idle(cx: &Task<'_>) -> Verdict {
    model::settle(cx);
    same("clocks that run", CLOCKS.running(), 0)?;
    Ok(0)
}
