#![allow(unsafe_code, reason = "declares the unsafe entry to the board's registers")]

use super::Subsystem;
use super::example::Nobody;
use crate::power::{Device, PowerCore};

/// The program's own board: how registers are reached and who counts power. Implemented once, by the board crate.
pub trait Board: Sized + 'static {
    /// What performs register accesses: [`Mmio`](crate::mmio::Mmio) on hardware, a simulator in tests.
    type Bus: 'static;

    /// The bus of the window of `size` bytes at address `base`.
    ///
    /// # Safety
    /// The window is that of one device of this board.
    unsafe fn bus(base: u64, size: u64) -> Self::Bus;

    /// Who counts who needs which device running.
    fn power() -> &'static dyn PowerCore;
}

/// The board has a driver that provides the resources of subsystem `S` at device `D`. Write it with
/// [`providers!`](crate::providers).
#[diagnostic::on_unimplemented(
    message = "board `{Self}` names no provider of `{S}` for device `{D}`",
    label = "a driver on this board needs it",
    note = "add a line `{D}: {S} = PROVIDER;` to the board's `providers!` list"
)]
pub trait Provides<D: Device, S: Subsystem>: Board {
    /// It. `None` only for what no SoC wires.
    fn provider() -> Option<&'static S::Provider>;
}

impl<B: Board, S: Subsystem> Provides<Nobody, S> for B {
    fn provider() -> Option<&'static S::Provider> {
        None
    }
}

/// Says which driver of a board provides what: `DEVICE: SUBSYSTEM = &'static PROVIDER;` for each.
///
/// ```ignore
/// linkwright::providers! {
///     MyBoard {
///         Clock: Clk = &CMU;
///         Pdma0: Dma = &PDMA0;
///     }
/// }
/// ```
#[macro_export]
macro_rules! providers {
    ($board:ty { $($device:ty: $subsystem:ty = $provider:expr;)* }) => {$(
        impl $crate::consumer::Provides<$device, $subsystem> for $board {
            fn provider() -> Option<&'static <$subsystem as $crate::consumer::Subsystem>::Provider> {
                Some($provider)
            }
        }
    )*};
}
