//! A UART's receiver asks for DMA, byte by byte, as its other end sends.
//!
//! QEMU takes a full receive FIFO for an empty one, so what is sent at once is less than a FIFO, and waits for what was
//! sent before.

use firmware_support::report::{Failed, Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{Endpoint, Linear, Pausable, Shape, Transfer, TransferError};
use linkwright::mmio::{Io, Value};
use linkwright::power::Active;
use linkwright_exynos4210::{Serial2, serial2};
use linkwright_samsung_uart::regs::{UCON, UFCON, URXH, Ucon, UconReceive, Ufcon};

use super::peer;
use crate::model::system;
use crate::start::{DATA, SERIAL2, pdma0};

/// QEMU's serial port of this UART.
const PORT: u32 = 2;
/// Less than its FIFO.
const MOST: usize = 12;
/// What a buffer holds before.
const BLANK: u8 = 0xa5;

/// Have the receiver ask for DMA.
fn listen(cx: &Task<'_>) -> Result<Active<Serial2>, Failed> {
    let power = Active::resume(cx, system()).must("power")?;
    SERIAL2.write(UFCON, Value::zero().with(Ufcon::ENABLE, true));
    SERIAL2.write(UCON, Value::zero().with(Ucon::RECEIVE, UconReceive::Dma));
    // QEMU looks at the request line only when the FIFO changes: before this it says that there is something.
    SERIAL2.read(URXH);
    Ok(power)
}

/// Bytes that depend on everything.
fn data(seed: usize) -> impl Iterator<Item = u8> {
    (0..).map(move |number: usize| (number.wrapping_mul(167).wrapping_add(seed.wrapping_mul(89)) >> 3) as u8)
}

fn buffer(cx: &Task<'_>, bytes: usize) -> Result<DmaBuf<u8>, Failed> {
    let mut buffer = DATA.arena().alloc::<u8>(cx, bytes).must("room")?;
    buffer.fill(BLANK);
    Ok(buffer)
}

/// Have so many bytes of `data` sent, and wait until they are in memory, as the residue says.
async fn feed<E: Endpoint, S: Shape>(
    transfer: &Transfer<'_, E, S>,
    data: &mut impl Iterator<Item = u8>,
    bytes: usize,
) -> Result<(), Failed> {
    let (mut left, mut rest) = (transfer.residue() as usize, bytes);
    while rest > 0 {
        let mut now = [0; MOST];
        let now = &mut now[..rest.min(1 + rest % MOST)];
        now.iter_mut().zip(&mut *data).for_each(|(place, byte)| *place = byte);
        peer::send(PORT, now);
        rest -= now.len();
        left -= now.len();
        peer::until("what was sent is in memory", || transfer.residue() as usize <= left).await?;
        same("residue", transfer.residue() as usize, left)?;
    }
    Ok(())
}

#[track_caller]
fn arrived(found: &[u8], seed: usize) -> Verdict {
    let wrong = found.iter().zip(data(seed)).filter(|(found, sent)| **found != *sent).count();
    same("wrong bytes", wrong, 0)?;
    Ok(found.len() as u32)
}

pub(super) async fn lengths(cx: &Task<'_>) -> Verdict {
    let power = listen(cx)?;
    let mut channel = pdma0().claim::<serial2::Rx>(cx).must("the line")?;
    let mut bytes = 0;
    for length in [1, 2, 3, 4, 15, 16, 17, 64, 65, 256, 1000] {
        // Somewhere in a larger buffer, whose other bytes keep theirs.
        let mut buffer = buffer(cx, length + 16)?;
        buffer.set_window(length % 8, length).must("a window")?;
        let mut receiver = channel.prepare(cx, Linear::of(&buffer)).must("a program")?;
        let transfer = receiver.start(buffer, &power).must("a start")?;
        feed(&transfer, &mut data(length), length).await?;
        let mut done = transfer.await;
        done.result.must("the end")?;
        same("residue", done.residue, 0)?;
        holds("by interrupt", !done.interrupt_lost)?;
        bytes += arrived(&done.bufs, length)?;
        done.bufs.set_window(0, length + 16).must("a window")?;
        let (before, after) = (&done.bufs[..length % 8], &done.bufs[length % 8 + length..]);
        holds("the bytes around", before.iter().chain(after).all(|byte| *byte == BLANK))?;
        channel = receiver.unprepare(cx).must("the channel")?;
    }
    channel.release(cx);
    Ok(bytes)
}

pub(super) async fn paused(cx: &Task<'_>) -> Verdict {
    let power = listen(cx)?;
    let channel = pdma0().claim::<serial2::Rx>(cx).must("the line")?;
    let mut receiver = channel.prepare(cx, Pausable::every(8, Linear::new(200))).must("a program")?;
    let transfer = receiver.start(buffer(cx, 200)?, &power).must("a start")?;
    let mut sent = data(3);
    feed(&transfer, &mut sent, 20).await?;
    transfer.pause().must("a pause")?;
    holds("it stands at its next checkpoint, not here", !transfer.is_paused())?;
    let mut more = [0; MOST];
    more.iter_mut().zip(&mut sent).for_each(|(place, byte)| *place = byte);
    peer::send(PORT, &more);
    peer::until("it stands", || transfer.is_paused()).await?;
    let left = transfer.residue();
    holds("it stands before everything has come", left > 200 - 32)?;
    transfer.resume().must("going on")?;
    peer::until("the rest is in memory", || transfer.residue() == 200 - 32).await?;
    holds("it goes on", !transfer.is_paused())?;
    feed(&transfer, &mut sent, 168).await?;
    let done = transfer.await;
    done.result.must("the end")?;
    let bytes = arrived(&done.bufs, 3)?;
    receiver.release(cx).must("release")?;
    Ok(bytes)
}

pub(super) async fn stopped(cx: &Task<'_>) -> Verdict {
    let power = listen(cx)?;
    let channel = pdma0().claim::<serial2::Rx>(cx).must("the line")?;
    let mut receiver = channel.prepare(cx, Linear::new(100)).must("a program")?;
    let mut bytes = 0;
    for got in [0, 1, 37, 99] {
        let transfer = receiver.start(buffer(cx, 100)?, &power).must("a start")?;
        feed(&transfer, &mut data(got), got).await?;
        let done = transfer.stop(cx);
        same("how it ended", done.result, Err(TransferError::Cancelled))?;
        same("residue", done.residue as usize, 100 - got)?;
        bytes += arrived(&done.bufs[..got], got)?;
        holds("the rest", done.bufs[got..].iter().all(|byte| *byte == BLANK))?;
    }
    // Dropped in full flight, and then whole.
    let transfer = receiver.start(buffer(cx, 100)?, &power).must("a start")?;
    feed(&transfer, &mut data(5), 50).await?;
    drop(transfer);
    let transfer = receiver.start(buffer(cx, 100)?, &power).must("a start after a drop")?;
    feed(&transfer, &mut data(7), 100).await?;
    let done = transfer.await;
    done.result.must("the end")?;
    bytes += arrived(&done.bufs, 7)?;
    receiver.release(cx).must("release")?;
    Ok(bytes)
}
