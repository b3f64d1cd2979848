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
    /// Indices of devices: each after everything it needs.
    pub probe_order: Vec<usize>,
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
    /// Every parameter of the ip with the instance's value.
    pub parameters: Vec<(String, u64)>,
    /// Quirks it has.
    pub quirks: Vec<String>,
    /// What it needs, in the order of the ip's `consumes`.
    pub references: Vec<Reference>,
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
    /// `file:line` where it is written.
    pub place: String,
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
    /// `file:line` where it is declared.
    pub place: String,
}
