//! The example driver of a UART, unchanged.

use embassy_futures::select::{Either, select};
use example_uart::{Silence, Uart};
use firmware_support::report::{Must, Verdict, same};
use linkwright::consumer::Consumer;
use linkwright::context::Task;
use linkwright_exynos4210::Serial0;

use super::peer;
use crate::model::{SERIAL0, settle};
use crate::start::{DATA, Exynos, TIMER};

/// QEMU's serial port of this UART.
const PORT: u32 = 0;
/// Periods of the ring, and bytes of one.
const RING: (u16, u32) = (4, 8);
/// Rounds, of one period each.
const ROUNDS: u8 = 40;

pub(super) async fn echo(cx: &Task<'_>) -> Verdict {
    static SILENCE: Silence = Silence::new();
    static INTERRUPT: fn() = || Uart::interrupt(&SERIAL0);
    // Before its interrupt is enabled: from reset on nothing is masked.
    let power = Uart::<Serial0, Exynos>::power(cx).must("power")?;
    SERIAL0.with(|uart| uart.open(cx, &power, 115_200)).must("the driver")?.must("a baud rate")?;
    let mut sender = SERIAL0.with(|uart| uart.sender(DATA.arena())).must("the driver")?.must("a channel")?;
    let receiver = SERIAL0.with(|uart| uart.receiver(cx, RING, &SILENCE, &INTERRUPT));
    let mut receiver = receiver.must("the driver")?.must("a channel")?;
    let bytes = usize::from(RING.0) * RING.1 as usize;
    receiver.start(DATA.arena().alloc(cx, bytes).must("room")?, &power).must("a start")?;
    peer::echo(PORT);
    let mut total = 0;
    for round in 0..ROUNDS {
        let text: [u8; 8] = core::array::from_fn(|at| round.wrapping_mul(31).wrapping_add(at as u8 * 7));
        if round % 2 == 0 {
            sender.write(cx, &text, &power).must("sending")?;
        } else {
            sender.write_all(cx, &text, &power).await.must("sending")?;
        }
        let mut got = [0; 8];
        let begin = TIMER.ticks();
        let late = peer::until("what was sent comes back", || TIMER.ticks() - begin > TIMER.ticks_of(10_000_000));
        let Either::First(count) = select(receiver.read(&mut got), late).await else {
            firmware_support::note!("round {round}: nothing comes back");
            return Err(firmware_support::report::Failed);
        };
        same("a period", count.must("in time")?, got.len())?;
        same("what came back", got, text)?;
        total += got.len() as u32;
    }
    receiver.stop(cx).must("the end")?;
    drop((power, sender, receiver));
    settle(cx);
    Ok(total)
}
