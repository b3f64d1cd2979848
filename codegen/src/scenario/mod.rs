//! What happens to a chip, resolved against it: what a simulator plays.
//!
//! No names to look up and nothing that cannot happen: whatever passes [`resolve`] can be played to its end. Knows
//! nothing of the device model that plays it.

mod resolve;
mod timeline;

pub use resolve::resolve;

/// Most events of a scenario.
pub const MAX_EVENTS: usize = 2_000;
/// Most ways in which devices are used; each is a lane of the picture.
pub const MAX_USES: usize = 64;
/// Most variants of a scenario.
pub const MAX_VARIANTS: usize = 8;
/// Most periods, of all uses of devices together.
pub const MAX_PERIODS: u64 = 1_000_000;

/// Name of the subsystem whose references carry data.
pub const DMA: &str = "dma";

/// A scenario. Devices are indices of the soc's; times are nanoseconds from the beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Name.
    pub name: String,
    /// What it shows.
    pub doc: String,
    /// When it is over.
    pub end: u64,
    /// For each device, milliseconds without use before it is suspended, if its driver waits at all.
    pub autosuspend: Vec<Option<i32>>,
    /// What consumes how much.
    pub power: Vec<Consumption>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// What the picture is to show; empty: what matters.
    pub show: Vec<usize>,
    /// Each way in which a device is used.
    pub uses: Vec<Use>,
    /// In order of time.
    pub events: Vec<Event>,
}

/// What a device, or the power domain that it is, consumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// The device.
    pub device: usize,
    /// Microwatts while it is on.
    pub on: u64,
    /// Microwatts while it is off.
    pub off: u64,
    /// Nanojoules for switching it on.
    pub wake_up: u64,
}

/// A way to run the chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Name.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is.
    pub doc: String,
    /// The device core follows Linux's rules where they differ.
    pub linux: bool,
    /// Devices whose runtime PM callbacks are atomic.
    pub irq_safe: Vec<usize>,
    /// Names of subsystems whose references become no links.
    pub without_links: Vec<String>,
}

/// A way in which a driver uses its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The device.
    pub device: usize,
    /// What carries its data; `None`: the processor.
    pub dma: Option<Dma>,
}

/// A DMA reference of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dma {
    /// Name of the reference; may be empty.
    pub name: String,
    /// The controller.
    pub controller: usize,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: u64,
    /// What.
    pub action: Action,
}

/// What happens. Uses are indices of [`Scenario::uses`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A use begins.
    Start {
        /// Which.
        which: usize,
        /// Length of a period.
        period: u64,
        /// How long it lasts, pauses and system sleep not counted.
        length: Option<u64>,
    },
    /// Uses stop for a while.
    Pause(Vec<usize>),
    /// They go on.
    Resume(Vec<usize>),
    /// They are over.
    Stop(Vec<usize>),
    /// The system sleeps so long.
    Suspend(u64),
}
