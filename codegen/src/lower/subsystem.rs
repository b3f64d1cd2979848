/// A kind of resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Subsystem {
    /// Name: `dma`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Key in `ip` and `soc` files: `dmas`.
    pub key: String,
    /// What a reference carries.
    pub args: Vec<Argument>,
    /// What a reference becomes.
    pub class: LinkClass,
    /// The link takes part in runtime PM.
    pub runtime_pm: bool,
    /// Suppliers are power domains, with their consumers in them.
    pub domain: bool,
    /// Device-tree properties it is read from.
    pub properties: Vec<String>,
    /// Property that counts a reference's cells; empty when none.
    pub cells: String,
    /// Property that names the references; empty when none.
    pub names: String,
    /// What can be done with a resource.
    pub operations: Vec<Operation>,
    /// Indices of operations that happen when a driver takes the device, in order.
    pub at_probe: Vec<usize>,
    /// Indices of operations that happen when the device is switched on, in order.
    pub at_resume: Vec<usize>,
    /// Drivers hold the resources; otherwise the device model does all there is to do.
    pub held_by_driver: bool,
}

/// One argument of a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: ArgumentType,
}

/// What an argument holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// A number of so many bits.
    Bits(u8),
    /// A number, or a name from the provider's `ids`.
    Id,
}

/// How strong a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkClass {
    /// The consumer is not probed before the supplier.
    Hard,
    /// As hard, unless the supplier has no driver.
    Optional,
    /// No link.
    Ignore,
}

/// Something that can be done with a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Name.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// Where it may be called.
    pub context: Context,
    /// What must be on.
    pub power: Power,
    /// What it is told, by name.
    pub args: Vec<(String, OperationType)>,
    /// What it answers.
    pub returns: Option<OperationType>,
    /// Index of the operation that takes it back.
    pub undo: Option<usize>,
}

/// What an operation is told or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationType {
    /// Yes or no.
    Bool,
    /// An unsigned number of so many bits.
    Unsigned(u8),
    /// A signed number of so many bits.
    Signed(u8),
    /// What an interrupt runs.
    Handler,
}

/// Where an operation may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// It may sleep or allocate.
    Sleepable,
    /// Anywhere, interrupt handlers included.
    Atomic,
}

/// What must be on for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Nothing in particular.
    Any,
    /// The supplier is active.
    Active,
}
