use super::Handshake;
use crate::lower::LinkClass;
use crate::spec::SleepPhase;

/// A chip or a board: instances and who needs whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Soc {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Where the facts were read.
    pub source: String,
    /// Spec file as given, relative to its search directory.
    pub file: String,
    /// In the order of the spec.
    pub devices: Vec<Device>,
    /// One for each reference between devices, parents, and power domains; in the order of consumers.
    pub edges: Vec<Edge>,
    /// Power domains that devices are in, and those around them.
    pub domains: Vec<Domain>,
    /// Indices of devices: each after everything it needs.
    pub probe_order: Vec<usize>,
    /// The same devices as they go to sleep: phase by phase, and within a phase each before everything it needs.
    pub sleep_order: Vec<SleepStep>,
}

/// An instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Name.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Name of its ip.
    pub ip: String,
    /// First address and size in bytes.
    pub reg: Option<(u64, u64)>,
    /// Index of its parent.
    pub parent: Option<usize>,
    /// Disabled devices have facts but no links and do not take part in the probe order.
    pub enabled: bool,
    /// What its driver does in runtime PM.
    pub runtime_pm: RuntimePm,
    /// Every parameter of the ip with the instance's value.
    pub parameters: Vec<(String, u64)>,
    /// Quirks it has.
    pub quirks: Vec<String>,
    /// What it needs, in the order of the ip's `consumes`.
    pub references: Vec<Reference>,
    /// How the runtime's engine is set up for it, if the ip has one.
    pub engine: Option<EngineSetup>,
}

/// What an instance's parameters, quirks and interrupts mean to the microcode-DMA engine.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineSetup {
    /// Threads that may be used (bit n: thread n).
    pub threads: u32,
    /// Events whose interrupt is wired (bit n: event n); all of them if none is.
    pub events: u32,
    /// No event's interrupt is wired.
    pub polled: bool,
    /// Of accesses to memory.
    pub memory: Attributes,
    /// Of accesses to a device's data register.
    pub device: Attributes,
    /// Requests may be flushed.
    pub flush: bool,
    /// Peripherals request bursts only.
    pub burst_requests: bool,
    /// Reads and writes of a copy are kept apart.
    pub barriers: bool,
    /// Programs may subtract from an address.
    pub subtracts: bool,
    /// No program may need more of the FIFO than its thread's equal share.
    pub strict_fifo: bool,
    /// Stores that can wait for the bus, if the ip has a parameter for it.
    pub write_queue: Option<u8>,
    /// What the hardware should say it has, if the ip has a parameter for each number.
    pub expected: Option<Expected>,
}

/// What the bus tells about one side's accesses, as the control word holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the runtime's Attributes")]
pub struct Attributes {
    pub cache: u8,
    pub protection: u8,
}

/// What an instance should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the runtime's Capabilities")]
pub struct Expected {
    pub threads: u8,
    pub events: u8,
    pub requests: u8,
    pub bus_bytes: u8,
    pub fifo_lines: u16,
    pub icache_line: u8,
    pub non_secure: bool,
}

/// What the driver of a device does in runtime PM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimePm {
    /// It suspends and resumes with interrupts off.
    pub irq_safe: bool,
    /// It does anything at all.
    pub callbacks: bool,
    /// It is never suspended.
    pub always_on: bool,
}

/// A reference of a device to a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Name of the subsystem.
    pub subsystem: String,
    /// Name in the ip's `consumes`; empty for an unnamed one.
    pub name: String,
    /// Index of the provider.
    pub provider: usize,
    /// Value of each argument; a named id is resolved to its number.
    pub args: Vec<u64>,
    /// The id's name, if the spec used or the provider has one.
    pub id: String,
    /// For a DMA port: how requests are answered.
    pub requests: Option<DmaRequests>,
    /// It is not needed to probe.
    pub post_init: bool,
    /// `file:line` where it is written.
    pub place: String,
}

/// How a DMA controller answers the requests of a port: what the soc says, else the controller, else the ip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DmaRequests {
    /// Beats of a burst.
    pub burst: u8,
    /// What the device asks for.
    pub handshake: Handshake,
}

/// Consumer needs supplier.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Index of the consumer.
    pub consumer: usize,
    /// Index of the supplier.
    pub supplier: usize,
    /// Name of the subsystem; `parent` for a parent.
    pub subsystem: String,
    /// Name of the reference.
    pub name: String,
    /// How strong it is.
    pub class: super::LinkClass,
    /// The supplier is resumed before the consumer.
    pub runtime_pm: bool,
    /// Nothing waits for the supplier: it is not needed to probe, or the link gave way where devices need each other.
    pub post_init: bool,
    /// The supplier comes after the consumer, so the link can neither order nor take part in runtime PM.
    pub gives_way: bool,
    /// The devices need each other and this link is what should give way: only in a model made despite such circles.
    pub proposed_cut: bool,
    /// `file:line` where it is declared.
    pub place: String,
}

impl Soc {
    /// Do devices go to sleep in different phases?
    pub fn has_sleep_phases(&self) -> bool {
        self.sleep_order.windows(2).any(|steps| steps[0].phase != steps[1].phase)
    }
}

/// A device's place in [`Soc::sleep_order`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SleepStep {
    /// Index of the device.
    pub device: usize,
    /// The phase that its ip says. Else the latest one of [`SleepPhase::DEFAULT`], its own last use of others, and those
    /// in which devices that refer to it sleep or use it.
    pub phase: SleepPhase,
}

/// A power domain. One provider may have several, told apart by what references carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its provider's name, with what tells it from others of the same provider.
    pub name: String,
    /// Index of the device that provides it.
    pub provider: usize,
    /// Arguments of the references to it.
    pub args: Vec<u64>,
    /// It is switched with interrupts off.
    pub irq_safe: bool,
    /// It is never switched off.
    pub always_on: bool,
    /// Indices of the domains that it is in.
    pub outer: Vec<usize>,
    /// Indices of the devices in it, in their order. Who provides a domain is in none: its domains are.
    pub members: Vec<usize>,
}

impl Edge {
    /// Does the consumer come after the supplier in the probe order because of it?
    pub fn orders(&self) -> bool {
        self.class != LinkClass::Ignore && !self.gives_way
    }
}

/// What an [`Edge`] to a parent has in place of a subsystem.
pub const PARENT: &str = "parent";
