use super::record::{record, words};
use super::{ArgumentType, Engine, Enum, InstructionSet, List, Lost, Map, Name, Node, Path, Range, Text, Version};
use crate::source::Spanned;

record! {
    /// A class of hardware block.
    Ip {
        /// Version of the format.
        "linkwright" => version: Spanned<Version>,
        /// Name of the block.
        "ip" => name: Name,
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Device-tree `compatible` strings.
        "compatible" => compatible: List<Text>,
        /// Its address space.
        "window" => window: Option<Window>,
        /// What an integrator chooses.
        "parameters" => parameters: Map<Parameter>,
        /// Sets of named values.
        "enums" => enums: Map<Enum>,
        /// Registers and clusters.
        "registers" => registers: Map<Node>,
        /// What a power loss costs.
        "power" => power: Option<Power>,
        /// When its driver acts in system suspend.
        "sleep" => sleep: Option<Sleep>,
        /// What its driver does in runtime PM.
        "runtime_pm" => runtime_pm: Option<RuntimePm>,
        /// The instruction set, if it executes programs.
        "instructions" => instructions: Option<InstructionSet>,
        /// How the runtime's engine drives it.
        "engine" => engine: Option<Engine>,
        /// What it offers, by subsystem.
        "provides" => provides: Map<Provided>,
        /// What it needs, by subsystem key.
        "consumes" => consumes: Map<Consumes>,
        /// What it has not, though one might look for it, by subsystem key.
        "lacks" => lacks: Map<Lack>,
        /// Known deviations an instance may have.
        "quirks" => quirks: Map<Quirk>,
    }
}

record! {
    /// Address space of a block.
    Window {
        /// Bytes.
        "size" => size: Spanned<u64>,
        /// Bits of a register that does not say: 8, 16, 32 or 64; default 32.
        "width" => width: Option<Spanned<u64>>,
    }
}

record! {
    /// What an integrator chooses. Has a `range` or `values`.
    Parameter {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// First and last allowed value: `1..8`.
        "range" => range: Option<Spanned<Range>>,
        /// All allowed values.
        "values" => values: Option<List<Spanned<u64>>>,
        /// Value of an instance that does not set it.
        "default" => default: Spanned<u64>,
        /// Its unit.
        "unit" => unit: Option<Text>,
    }
}

record! {
    /// What a power loss costs.
    Power {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// `all`, `none`, or the registers that lose their contents.
        "lost" => lost: Spanned<Lost>,
        /// Registers saved at runtime suspend and written back at resume, in this order.
        "restore" => restore: List<Path>,
        /// Registers that the driver writes anyway before it relies on them.
        "rewritten" => rewritten: List<Path>,
    }
}

record! {
    /// Resources a block offers in one subsystem.
    Provided {
        /// What they are.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// How many, if bounded.
        "capacity" => capacity: Option<Spanned<u64>>,
        /// Names that a reference may use for numbers.
        "ids" => ids: Map<Spanned<u64>>,
        /// Copies from memory to memory without a request; default false.
        "memory_to_memory" => memory_to_memory: Option<Spanned<bool>>,
        /// Arguments of a reference, if they differ from the subsystem's.
        "args" => args: Option<Map<Spanned<ArgumentType>>>,
    }
}

record! {
    /// When the driver of a block acts in system suspend.
    Sleep {
        /// What it does.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// The last phase in which it uses its suppliers.
        "last_use" => last_use: Option<Spanned<SleepPhase>>,
        /// The phase in which it switches the block off; default `late`, or `noirq` where a device that needs it goes then.
        "off" => off: Option<Spanned<SleepPhase>>,
    }
}

record! {
    /// What the driver of a block does in runtime PM.
    RuntimePm {
        /// What it does.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// It suspends and resumes with interrupts off; a power domain: it is switched so. Default false.
        "irq_safe" => irq_safe: Option<Spanned<bool>>,
        /// It does anything at all; default true.
        "callbacks" => callbacks: Option<Spanned<bool>>,
        /// It is never suspended; a power domain: it is never switched off. Default false.
        "always_on" => always_on: Option<Spanned<bool>>,
    }
}

words! {
    /// A phase of system suspend.
    SleepPhase {
        /// First: interrupts still arrive.
        "suspend" => Suspend,
        /// After all devices went through `suspend`.
        "late" => Late,
        /// After all devices went through `late`; no interrupt handler runs any more.
        "noirq" => Noirq,
    }
}

impl SleepPhase {
    /// Of a block whose spec says nothing.
    pub const DEFAULT: Self = Self::Late;
}

impl Ord for SleepPhase {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Declared in the order in which they come.
        (*self as u8).cmp(&(*other as u8))
    }
}

impl PartialOrd for SleepPhase {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What a block needs from one subsystem.
#[derive(Clone, Debug)]
pub enum Consumes {
    /// One reference without a name.
    One(Consumed),
    /// References by name.
    Named(Map<Consumed>),
}

impl Consumes {
    /// The references; the unnamed one has no name.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Name>, &Consumed)> {
        let (one, named) = match self {
            Consumes::One(one) => (Some(one), None),
            Consumes::Named(named) => (None, Some(named)),
        };
        one.into_iter().map(|c| (None, c)).chain(named.into_iter().flat_map(|m| m.iter().map(|(n, c)| (Some(n), c))))
    }
}

record! {
    /// One resource a block needs.
    Consumed {
        /// What it is for.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// The block works without; default false.
        "optional" => optional: Option<Spanned<bool>>,
        /// For DMA: which way data goes.
        "direction" => direction: Option<Spanned<DmaDirection>>,
        /// For DMA: offset of the data register in bytes.
        "fifo" => fifo: Option<Spanned<u64>>,
        /// For DMA: bits per word: 8, 16, 32 or 64.
        "width" => width: Option<Spanned<u64>>,
        /// For DMA: beats that the data register takes or gives for one burst request; default 1.
        "burst" => burst: Option<Spanned<u64>>,
        /// For DMA: what the device asks for; default `burst` if there is one of more than a beat, else `single`.
        "handshake" => handshake: Option<Spanned<Handshake>>,
    }
}

words! {
    /// Which way data goes.
    DmaDirection {
        /// To the device.
        "memory-to-device" => MemoryToDevice,
        /// From the device.
        "device-to-memory" => DeviceToMemory,
    }
}

words! {
    /// What a device asks a DMA controller for.
    Handshake {
        /// One beat with each request.
        "single" => Single,
        /// A burst with each request.
        "burst" => Burst,
        /// A beat or a burst, as each request says.
        "peripheral" => Peripheral,
    }
}

record! {
    /// Resources that a block has not, though one might look for them: what is told to who asks.
    Lack {
        /// Why there are none.
        "doc" => doc: Text,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// What to do without them.
        "instead" => instead: Option<Text>,
    }
}

record! {
    /// A known deviation.
    Quirk {
        /// What is different.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
    }
}
