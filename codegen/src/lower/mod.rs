//! The resolved model: what emitters read.
//!
//! No spans, no optional facts that a default would fill, every reference resolved, everything checked: an emitter
//! that reads this cannot fail. Maps keep the order of the spec.

mod engine;
mod instruction;
mod ip;
mod resolve;
mod soc;
mod subsystem;

pub use engine::{
    DebugPort, Engine, EngineLines, EngineParameters, EngineQuirks, INTERRUPT, Identify, IdentifyField, IdentifyUnit,
    MicrocodeDma, PathTo, SideFields,
};
pub use instruction::{
    BytePattern, EnumOperandValue, Instruction, InstructionSet, Operand, OperandKind, Role, ThreadKind,
};
pub use ip::{
    Access, Array, Block, Cause, Consumed, DmaDirection, DmaPort, Enum, EnumValue, FaultBit, Field, FieldType,
    Handshake, Ip, Lost, Node, Parameter, ParameterValues, Provided, Quirk, Register, Sleep,
};
pub use resolve::{lower, lower_despite_circles};
pub use soc::{
    Attributes, Device, DmaRequests, Domain, Edge, EngineSetup, Expected, PARENT, Reference, RuntimePm, SleepStep, Soc,
};
pub use subsystem::{Argument, ArgumentType, Context, LinkClass, Operation, OperationType, Power, Subsystem};

/// Everything that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// All that the search path has.
    pub subsystems: Vec<Subsystem>,
    /// Those asked for and those that a soc uses.
    pub ips: Vec<Ip>,
    /// Those asked for.
    pub socs: Vec<Soc>,
}

impl Model {
    /// The subsystem of that name.
    pub fn subsystem(&self, name: &str) -> Option<&Subsystem> {
        self.subsystems.iter().find(|subsystem| subsystem.name == name)
    }

    /// The ip of that name.
    pub fn ip(&self, name: &str) -> Option<&Ip> {
        self.ips.iter().find(|ip| ip.name == name)
    }
}
