//! Specs as they are written: every value with its place, nothing resolved.
//!
//! Does no I/O and judges only the form: keys, types, names. What a spec means is checked by `check` and resolved by
//! `lower`. One macro per struct, `record!`, gives the type, its decoder and its JSON Schema, so they cannot differ.
//!
//! An optional key that could not be read counts as absent; an entry of a [`Map`] that could not be read is dropped
//! and its name kept in [`Map::broken`], so that nobody complains about a name that is there.

mod collection;
pub(crate) mod decode;
#[cfg(feature = "schema")]
pub(crate) mod describe;
mod engine;
mod instruction;
mod ip;
mod quantity;
mod record;
mod register;
mod role;
mod scenario;
mod shape;
mod soc;
mod subsystem;
mod value;

pub use collection::{Entry, List, Map, OneOrMany};
#[cfg(feature = "schema")]
pub(crate) use decode::Decode;
pub(crate) use decode::Record;
pub(crate) use decode::decode_record;
pub use decode::{decode, decode_scenario, identity};
pub use engine::{
    ControlFields, DebugPort, Engine, EngineFaults, EngineInterrupts, EngineLimits, EngineLines, EngineParameters,
    EngineQuirks, FirstRegister, Identify, IdentifyField, IdentifyUnit, MicrocodeDma, MicrocodeDmaClass,
    SecondRegister, SideFields, ThreadRegisters, ThreadStates,
};
pub use instruction::{BytePattern, Instruction, InstructionSet, Operand, Relative, ThreadKind};
pub use ip::{
    Consumed, Consumes, DmaDirection, Handshake, Ip, Parameter, Power, Provided, Quirk, RuntimePm, Sleep, SleepPhase,
    Window,
};
pub use quantity::{Duration, Energy, Watts};
pub(crate) use record::{record, words};
pub use register::{Access, Array, Cause, Cluster, Enum, EnumUse, EnumValue, EnumValues, Fault, Field, Node, Register};
pub use role::{
    ControlTargets, FlushPeripheral, MoveAddress, Repeat, RepeatEnd, RepeatForeverEnd, Roles, SendEvent, SetControl,
    SideAmount, SideTargets, StartThread, Transfer, TransferPeripheral, WaitEvent, WaitPeripheral, WithoutParts,
};
pub use scenario::{Activity, Asleep, Consumption, Driving, Event, RuleSet, Scenario, Start, Variant};
pub use soc::{Device, LongReference, Reference, ReferenceArgs, References, Reg, Soc, Status};
pub use subsystem::{
    ArgumentType, Context, DeviceTree, DeviceTreeImplied, DeviceTreeLayout, Holder, Link, LinkClass, Operation,
    OperationPower, OperationType, ReferenceForm, Stages, Subsystem,
};
#[cfg(feature = "import-devicetree")]
pub(crate) use value::NAME_MAX;
pub use value::{Bits, Lost, Name, Path, Prose, Range, Scalar, Text, Version};

use crate::source::Span;

/// One spec file.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one a file, and moved a few times")]
pub enum Document {
    /// A kind of resource.
    Subsystem(Subsystem),
    /// A class of hardware block.
    Ip(Ip),
    /// A chip or a board.
    Soc(Soc),
}

impl Document {
    /// Its name.
    pub fn name(&self) -> &Name {
        match self {
            Document::Subsystem(s) => &s.name,
            Document::Ip(ip) => &ip.name,
            Document::Soc(soc) => &soc.name,
        }
    }

    /// Where the name stands.
    pub fn span(&self) -> Span {
        self.name().span
    }
}
