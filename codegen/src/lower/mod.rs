//! The resolved model: what emitters read.
//!
//! No spans, no optional facts that a default would fill, every reference resolved, everything checked: an emitter
//! that reads this cannot fail. Maps keep the order of the spec.

mod engine;
mod instruction;
mod ip;
mod soc;
mod subsystem;

pub use engine::{DebugPort, Engine, Identify, IdentifyField, IdentifyUnit, MicrocodeDma, PathTo, SideFields};
pub use instruction::{
    BytePattern, EnumOperandValue, Instruction, InstructionSet, Operand, OperandKind, Role, ThreadKind,
};
pub use ip::{
    Access, Array, Block, Cause, Consumed, DmaDirection, DmaPort, Enum, EnumValue, FaultBit, Field, FieldType, Ip,
    Lost, Node, Parameter, ParameterValues, Provided, Quirk, Register,
};
pub use soc::{Device, Edge, Reference, Soc};
pub use subsystem::{Argument, ArgumentType, Context, LinkClass, Operation, Power, Subsystem};
