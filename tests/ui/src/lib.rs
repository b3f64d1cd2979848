//! What the files in `cases` have in scope: a driver's imports, with the Exynos4210 as the chip.
#![forbid(unsafe_code)]

pub use linkwright::consumer::{self, Consumer};
pub use linkwright::context::*;
pub use linkwright::dma::memory::*;
pub use linkwright::dma::*;
pub use linkwright::mmio::*;
pub use linkwright::power::*;
pub use linkwright::providers;
pub use linkwright::sync::Lock;
pub use linkwright_exynos4210::*;
pub use linkwright_pl330::{Pl330, regs};
pub use linkwright_samsung_spi::driver as spi;
pub use linkwright_samsung_uart::driver as uart;
pub use linkwright_subsystems::{clk, interrupt};

/// Memory to memory by the controller that only does that.
pub type Copier = MemoryCopy<Mdma1>;
