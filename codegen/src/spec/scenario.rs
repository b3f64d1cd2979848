//! What a scenario file says: what happens to a chip, and when.

use super::record::{record, words};
use super::{Duration, Energy, List, Map, Name, Text, Version, Watts};
use crate::source::Spanned;

record! {
    /// What happens to a chip and how its drivers behave, to be played on virtual time.
    Scenario {
        /// Version of the format.
        "linkwright" => version: Spanned<Version>,
        /// Name of the scenario.
        "scenario" => name: Name,
        /// What it shows; its first line is the title of the picture.
        "doc" => doc: Option<Text>,
        /// Where the numbers were read.
        "source" => source: Option<Text>,
        /// When it is over.
        "end" => end: Spanned<Duration>,
        /// How the drivers of devices behave, by device.
        "drivers" => drivers: Map<Driving>,
        /// What devices and power domains consume, by device.
        "power" => power: Map<Consumption>,
        /// Ways to run the chip, each played once; default: one, as the spec says.
        "variants" => variants: Map<Variant>,
        /// Devices and power domains that the picture shows, in this order; default: those that matter.
        "show" => show: List<Name>,
        /// What happens, in order of time.
        "timeline" => timeline: List<Event> [required],
    }
}

record! {
    /// How the driver of a device behaves.
    Driving {
        /// Time without use before it suspends its device; whole milliseconds. Default: at once.
        "autosuspend" => autosuspend: Option<Spanned<Duration>>,
    }
}

record! {
    /// What a device or a power domain consumes.
    Consumption {
        /// While it is on.
        "on" => on: Spanned<Watts>,
        /// While it is off; default 0.
        "off" => off: Option<Spanned<Watts>>,
        /// For switching it on once, beyond the time it is on; default 0.
        "wake_up" => wake_up: Option<Spanned<Energy>>,
    }
}

record! {
    /// A way to run the chip.
    Variant {
        /// What it is called in the picture; default: its name.
        "title" => title: Option<Text>,
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Whose device core; default linkwright.
        "rules" => rules: Option<Spanned<RuleSet>>,
        /// Devices whose drivers say that their runtime PM callbacks may run in atomic context.
        "irq_safe" => irq_safe: List<Name>,
        /// Subsystems whose references become no links.
        "without_links" => without_links: List<Name>,
    }
}

words! {
    /// A device core.
    RuleSet {
        /// As this project's.
        "linkwright" => Linkwright,
        /// As that of Linux 6.12.
        "linux" => Linux,
    }
}

record! {
    /// Something that happens. It has one of the keys from `start` on.
    Event {
        /// When, from the beginning.
        "at" => at: Spanned<Duration>,
        /// A driver begins to use its device.
        "start" => start: Option<Start>,
        /// It stops for a while, and needs no power meanwhile.
        "pause" => pause: Option<Activity>,
        /// It goes on where it stopped.
        "resume" => resume: Option<Activity>,
        /// It is done.
        "stop" => stop: Option<Activity>,
        /// The system sleeps.
        "suspend" => suspend: Option<Asleep>,
    }
}

record! {
    /// A driver begins to use its device.
    Start {
        /// The device.
        "device" => device: Name,
        /// Name of the DMA reference that carries the data; without it the processor does.
        "dma" => dma: Option<Name>,
        /// A DMA period, after each of which the driver is interrupted; without DMA, how often the driver uses registers.
        "period" => period: Spanned<Duration>,
        /// How long it is used, not counting pauses and system sleep; default: until `stop` or the end.
        "for" => length: Option<Spanned<Duration>>,
    }
}

record! {
    /// A use of a device that goes on.
    Activity short "device" {
        /// The device.
        "device" => device: Name,
        /// Name of the DMA reference; needed if the device is used in several ways.
        "dma" => dma: Option<Name>,
    }
}

record! {
    /// System sleep.
    Asleep short "for" {
        /// How long.
        "for" => length: Spanned<Duration>,
    }
}
