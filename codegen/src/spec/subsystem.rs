use super::record::{record, words};
use super::{List, Map, Name, OneOrMany, Text, Version};
use crate::source::Spanned;

record! {
    /// A kind of resource: what a reference to one carries, and what it makes of consumer and supplier.
    Subsystem {
        /// Version of the format.
        "linkwright" => version: Spanned<Version>,
        /// Name of the subsystem.
        "subsystem" => name: Name,
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// How `ip` and `soc` files spell it; default: the device-tree property.
        "key" => key: Option<Name>,
        /// What a reference carries.
        "reference" => reference: Option<ReferenceForm>,
        /// What each reference becomes, before any probe.
        "link" => link: Link,
        /// How device trees spell a reference.
        "devicetree" => devicetree: Option<DeviceTree>,
        /// What can be done with a resource.
        "operations" => operations: Map<Operation>,
        /// Operations that happen by themselves when a driver takes its device or the device is switched on; their
        /// `undo` happens at the opposite moment, in reverse.
        "stages" => stages: Option<Stages>,
        /// Who holds a resource; default the consumer's driver.
        "holder" => holder: Option<Spanned<Holder>>,
    }
}

record! {
    /// Operations that happen by themselves.
    Stages {
        /// When a driver takes the device.
        "probe" => probe: List<Text>,
        /// When the device is switched on.
        "resume" => resume: List<Text>,
    }
}

words! {
    /// Who holds a resource.
    Holder {
        /// The driver of the consumer: it is a field of its struct.
        "driver" => Driver,
        /// The device model, which does all there is to do.
        "core" => Core,
    }
}

record! {
    /// What a reference carries after the provider's name.
    ReferenceForm {
        /// Types of the arguments, in order.
        "args" => args: Map<Spanned<ArgumentType>>,
        /// A resource is meant for one user; default: several may share it.
        "exclusive" => exclusive: Option<Spanned<bool>>,
    }
}

record! {
    /// What a reference makes of consumer and supplier.
    Link {
        /// How strong the link is.
        "class" => class: Spanned<LinkClass>,
        /// The supplier is resumed before the consumer; default false.
        "runtime_pm" => runtime_pm: Option<Spanned<bool>>,
        /// The supplier is a power domain, and the consumer is in it: it has power only while the domain is on. Default
        /// false.
        "domain" => domain: Option<Spanned<bool>>,
    }
}

words! {
    /// How strong a link is.
    LinkClass {
        /// The consumer is not probed before the supplier.
        "hard" => Hard,
        /// As hard, unless the supplier has no driver.
        "optional" => Optional,
        /// No link.
        "ignore" => Ignore,
        /// No link of its own, and all other references between the two are as if they said `post_init: true`.
        "post-init" => PostInit,
    }
}

record! {
    /// How device trees spell a reference.
    DeviceTree {
        /// The property, or several; `*-supply` matches by suffix.
        "property" => property: OneOrMany<Text> [required],
        /// Property of the provider that counts a reference's cells.
        "cells" => cells: Option<Text>,
        /// Property of the consumer that names the references.
        "names" => names: Option<Text>,
        /// What an entry of the property is made of; default `references`.
        "layout" => layout: Option<Spanned<DeviceTreeLayout>>,
        /// A property whose entries do not say who provides.
        "implied" => implied: Option<DeviceTreeImplied>,
        /// Properties that match `property` by suffix and mean something else.
        "except" => except: List<Text>,
        /// In nodes with this property nothing is referred to.
        "unless" => unless: Option<Text>,
        /// A provider that does not count its cells asks for none; default: that is a mistake of the tree.
        "optional_cells" => optional_cells: Option<Spanned<bool>>,
        /// The last of several cells tells how a resource is used, not which one.
        "flags" => flags: Option<Spanned<bool>>,
        /// A name may stand for two entries, where a path begins and ends.
        "paired" => paired: Option<Spanned<bool>>,
        /// What is referred to refers back by the same property.
        "mutual" => mutual: Option<Spanned<bool>>,
    }
}

words! {
    /// What an entry of a device-tree property is made of.
    DeviceTreeLayout {
        /// The provider's phandle and as many cells as it asks for.
        "references" => References,
        /// An address and a specifier of the node itself, the provider's phandle, an address and a specifier there.
        "nexus" => Nexus,
        /// A first number, the provider's phandle, as many cells as it asks for, and how many numbers.
        "ranges" => Ranges,
    }
}

record! {
    /// A device-tree property whose entries are cells only.
    DeviceTreeImplied {
        /// The property.
        "property" => property: Text,
        /// Names the provider, in the node itself or the nearest one above.
        "provider" => provider: Text,
        /// Translates where the provider found so only hands on to another.
        "nexus" => nexus: Option<Text>,
        /// What marks a provider that hands on to nobody.
        "end" => end: Option<Text>,
    }
}

record! {
    /// Something that can be done with a resource.
    Operation {
        /// What it does.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Where it may be called.
        "context" => context: Spanned<Context>,
        /// What must be on; default any.
        "power" => power: Option<Spanned<OperationPower>>,
        /// What it is told beside the reference's own numbers.
        "args" => args: Map<Spanned<OperationType>>,
        /// What it answers; default nothing.
        "returns" => returns: Option<Spanned<OperationType>>,
        /// The operation that takes it back.
        "undo" => undo: Option<Text>,
    }
}

words! {
    /// What an operation is told or answers.
    OperationType {
        /// Yes or no.
        "bool" => Bool,
        /// A number of 8 bits.
        "u8" => U8,
        /// A number of 16 bits.
        "u16" => U16,
        /// A number of 32 bits.
        "u32" => U32,
        /// A number of 64 bits.
        "u64" => U64,
        /// A signed number of 32 bits.
        "i32" => I32,
        /// A signed number of 64 bits.
        "i64" => I64,
        /// What an interrupt runs: atomic.
        "handler" => Handler,
    }
}

words! {
    /// Where an operation may be called.
    Context {
        /// It may sleep or allocate.
        "sleepable" => Sleepable,
        /// Anywhere, interrupt handlers included.
        "atomic" => Atomic,
    }
}

words! {
    /// What must be on for an operation.
    OperationPower {
        /// Nothing in particular.
        "any" => Any,
        /// The supplier is active.
        "active" => Active,
    }
}

/// What an argument of a reference holds: `u1` to `u32`, or `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// A number of so many bits.
    Bits(u8),
    /// A number, or a name that the provider's ip lists under `ids`.
    Id,
}

impl Subsystem {
    /// How `ip` and `soc` files spell it: the key, else the first device-tree property that is a name, else the name.
    pub fn key(&self) -> &str {
        if let Some(key) = &self.key {
            return key;
        }
        let mut properties = self.devicetree.iter().flat_map(|d| &d.property).map(|p| p.as_str());
        properties.find(|p| super::value::is_name(p)).unwrap_or(&self.name)
    }

    /// Are providers power domains, with what refers to them in them?
    pub fn is_domain(&self) -> bool {
        self.link.domain.as_ref().is_some_and(|flag| flag.value)
    }

    /// Arguments of a reference.
    pub fn args(&self) -> impl Iterator<Item = (&Name, &Spanned<ArgumentType>)> {
        self.reference.iter().flat_map(|r| r.args.iter())
    }
}
