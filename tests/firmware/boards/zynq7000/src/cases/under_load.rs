//! Many clients, and some that stop.

use embassy_futures::yield_now;
use firmware_support::report::{Failed, Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::{Linear, MemoryCopy, PrepareError, Prepared, TransferError};
use linkwright_zynq7000::DmacS;

use super::{copied, pair, power};
use crate::start::{DATA, dmac};

type Copy = MemoryCopy<DmacS>;

fn prepare(cx: &Task<'_>, bytes: u32) -> Result<Prepared<Copy, Linear>, Failed> {
    let channel = dmac().claim::<Copy>(cx).must("a channel")?;
    channel.prepare(cx, Linear::new(bytes)).must("a program")
}

/// Six at once, of which some are not wanted any more before the processor has heard of their end.
pub(super) async fn terminated(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let room = DATA.arena().free_bytes();
    let mut transfers = 0;
    for seed in 0..20 {
        let [mut a, mut b, mut c] = [prepare(cx, 4096)?, prepare(cx, 4096)?, prepare(cx, 4096)?];
        let [mut d, mut e, mut f] = [prepare(cx, 4096)?, prepare(cx, 4096)?, prepare(cx, 4096)?];
        let mut pairs = [(); 6].map(|()| pair(cx, 4096, seed).ok());
        let mut pair = || pairs.iter_mut().find_map(Option::take).must("room");
        let (one, two, three) = (pair()?, pair()?, pair()?);
        let (four, five, six) = (pair()?, pair()?, pair()?);
        // The interrupt waits for the end of the critical section, so all are under way inside.
        let (first, last, second, leaked, refused) = critical(|| {
            let first = a.start(one, &power);
            drop(b.start(two, &power));
            let second = c.start(three, &power);
            let leaked = d.start(four, &power).map(core::mem::forget).is_ok();
            let last = e.submit(five, &power);
            let refused = f.start_detached(six, &power).is_err();
            (first, last, second, leaked, refused)
        });
        holds("detached and leaked ones start", leaked && !refused)?;
        // Never issued: its buffers come back at once.
        copied_not(&last.must("a submission")?.cancel().must("its buffers")?)?;
        let stopped = second.must("a start")?.stop(cx);
        holds("stopped or ended", matches!(stopped.result, Ok(()) | Err(TransferError::Cancelled)))?;
        let done = first.must("a start")?.await;
        done.result.must("the end of the one that was left alone")?;
        copied(&done.bufs)?;
        drop((done, stopped));
        // A leaked transfer runs to its end all the same.
        let recovered = loop {
            match d.recover() {
                Some(done) => break done,
                None => yield_now().await,
            }
        };
        recovered.result.must("the end of the leaked one")?;
        copied(&recovered.bufs)?;
        f.cancel();
        drop(recovered);
        for prepared in [a, b, c, d, e, f] {
            prepared.release(cx).must("release")?;
        }
        transfers += 6;
    }
    same("memory is all back", DATA.arena().free_bytes(), room)?;
    Ok(transfers)
}

fn critical<R>(body: impl FnOnce() -> R) -> R {
    static GATE: linkwright::sync::Lock<()> = linkwright::sync::Lock::new(());
    GATE.with(|()| body())
}

/// Nothing was copied.
fn copied_not(pair: &linkwright::dma::CopyPair<u8>) -> Result<(), Failed> {
    holds("nothing was copied", pair.destination.windows(2).all(|two| two[0] == two[1]))
}

/// Threads are taken only by who has prepared: any number may have claimed.
pub(super) fn shared(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let mut waiting: [Option<_>; 20] = [const { None }; 20];
    for place in &mut waiting {
        *place = Some(dmac().claim::<Copy>(cx).must("a channel")?);
    }
    let mut transfers = 0;
    while waiting.iter().any(Option::is_some) {
        let mut ready: [Option<Prepared<Copy, Linear>>; 8] = [const { None }; 8];
        for place in &mut ready {
            let Some(client) = waiting.iter_mut().find(|client| client.is_some()) else { break };
            let Some(channel) = client.take() else { break };
            *place = Some(channel.prepare(cx, Linear::new(1500)).must("a program")?);
        }
        if let Some(client) = waiting.iter_mut().find(|client| client.is_some())
            && let Some(channel) = client.take()
        {
            let Err((error, channel)) = channel.prepare(cx, Linear::new(1500)) else {
                firmware_support::note!("a ninth thread");
                return Err(Failed);
            };
            same("no ninth thread", error, PrepareError::NoThread)?;
            *client = Some(channel);
        }
        for prepared in ready.iter_mut().flatten() {
            let done = prepared.start(pair(cx, 1500, transfers as u8)?, &power).must("a start")?.wait(cx);
            done.result.must("the end")?;
            copied(&done.bufs)?;
            transfers += 1;
        }
        for prepared in ready.into_iter().flatten() {
            prepared.release(cx).must("release")?;
        }
    }
    same("transfers", transfers, 20)?;
    Ok(transfers)
}
